//! Every page in every locale renders from its sample, says everything, and keeps the policy:
//! nothing inline, headings in order, every field labelled; and the colours can be read.

use super::layout::{Frame, Role, Section, Theme};
use super::locale::{Locale, MISSING, TAGS};
use super::part::notice::{Flash, Tone};
use super::url::Url;
use super::view::agreements::{
    AgreementView, AgreementsView, ProposalView, agreement, agreements, proposal,
};
use super::view::bank::{BankView, bank};
use super::view::creditor_card::{CreditorCardView, creditor_card};
use super::view::customer::{CustomerView, customer};
use super::view::customer_money::{CustomerMoneyView, customer_money};
use super::view::customers::{CustomersView, customers};
use super::view::document::{DocumentView, document};
use super::view::documents::{DocumentsView, documents};
use super::view::doors::{ApiView, MailboxView, api, mailbox};
use super::view::errors::{Fault, bare_fault, fault};
use super::view::forecast::{ForecastView, forecast};
use super::view::group::{GroupView, group};
use super::view::guard::{GuardView, guard};
use super::view::home::{HomeView, home};
use super::view::import_preview::{PreviewView, preview};
use super::view::imports::{ImportsView, ProgressView, ResultView, imports, progress, result};
use super::view::inbox::{InboxView, inbox};
use super::view::indicators::{IndicatorsView, indicators};
use super::view::interest::{Found, InterestView, interest};
use super::view::likely_duplicates::{LikelyView, likely_duplicates};
use super::view::login::{LoginView, login};
use super::view::matching::{LineView, MatchingView, line, matching};
use super::view::merges::{ChooseView, MergeView, choose, merge};
use super::view::messages::{MessageView, OutboxView, PlanView, message, outbox, plan};
use super::view::own_password::{OwnPasswordView, own_password};
use super::view::provision::{ProvisionView, provision};
use super::view::quarantine::{CaseView, QuarantineView, case, quarantine};
use super::view::remittances::{
    BatchProposalView, BatchView, MandatesView, RemittancesView, batch, batch_proposal, mandates,
    remittances,
};
use super::view::search::{SearchView, results};
use super::view::settings::{
    BucketsView, CreditorsView, MailView, UsersView, buckets, creditors, mail, users,
};
use super::view::strategies::{
    ApprovalsView, StrategiesView, StrategyView, approvals, strategies, strategy,
};
use maud::Markup;
use std::path::Path;

/// Every page of a locale by its name, as HTML.
fn pages(tag: &str) -> Vec<(String, String)> {
    let f = |section: Section| Frame::sample(tag, section, section.path());
    let locale = Locale::of(tag);
    let mut flashed = f(Section::Customers);
    let undo = Some("/deshacer/1".to_owned());
    flashed.flash = Some(Flash { tone: Tone::Done, text: "Pago registrado.".to_owned(), undo });
    let mut viewer = f(Section::Customers);
    viewer.role = Role::Viewer;
    let day = f(Section::Day);
    let import = f(Section::Import);
    let messages = f(Section::Messages);
    let empty_home = HomeView { cases: Vec::new(), ..HomeView::sample(&day) };
    let mut sorted = f(Section::Documents);
    sorted.url = sorted.url.with("orden", "-saldo,cliente").with("cliente", "cus_1");
    let decided = QuarantineView { shows_decided: true, ..QuarantineView::sample(&import) };
    let mut made = figure_pages(tag);
    made.extend(agreement_pages(tag));
    made.extend(vec![
        ("home", home(&day, &HomeView::sample(&day))),
        ("home-empty", home(&day, &empty_home)),
        ("customers", customers(&flashed, &CustomersView::sample(&flashed))),
        ("customer", customer(&flashed, &CustomerView::sample(&flashed))),
        ("customer-viewer", customer(&viewer, &CustomerView::sample(&viewer))),
        ("customer-money", customer_money(&flashed, &CustomerMoneyView::sample(&flashed))),
        ("documents", documents(&f(Section::Documents), &DocumentsView::sample(&day))),
        ("documents-sorted", documents(&sorted, &DocumentsView::sample(&sorted))),
        ("document", document(&sorted, &DocumentView::sample(&sorted))),
        ("bank", bank(&f(Section::Bank), &BankView::sample(&day))),
        (
            "bank-empty",
            bank(
                &f(Section::Bank),
                &BankView { accounts: Vec::new(), returned: Vec::new(), ..BankView::sample(&day) },
            ),
        ),
        ("remittances", remittances(&f(Section::Bank), &RemittancesView::sample(&day))),
        ("batch-proposal", batch_proposal(&f(Section::Bank), &BatchProposalView::sample(&day))),
        ("batch", batch(&f(Section::Bank), &BatchView::sample(&day))),
        ("mandates", mandates(&f(Section::Bank), &MandatesView::sample())),
        ("imports", imports(&import, &ImportsView::sample())),
        ("preview", preview(&import, &PreviewView::sample())),
        ("progress", progress(&import, &ProgressView::sample())),
        ("result", result(&import, &ResultView::sample())),
        ("inbox", inbox(&import, &InboxView::sample(&import))),
        ("quarantine", quarantine(&import, &QuarantineView::sample(&import))),
        ("quarantine-decided", quarantine(&import, &decided)),
        ("quarantine-case", case(&import, &CaseView::sample(&import))),
        ("guard", guard(&messages, &GuardView::sample())),
        ("outbox", outbox(&messages, &OutboxView::sample())),
        ("plan", plan(&messages, &PlanView::sample(&messages))),
        ("message", message(&messages, &MessageView::sample())),
        ("own-password", own_password(&day, &OwnPasswordView::default())),
        ("search", results(&day, &SearchView::sample(&day))),
        ("login", login(locale, Theme::System, &LoginView::sample())),
        ("bare-error", bare_fault(locale, Theme::System, Fault::Unavailable, "req_1")),
    ]);
    made.extend(kin(&day));
    made.extend(settings_pages(&f(Section::Settings)));
    let mut all: Vec<(String, String)> =
        made.into_iter().map(|(name, page)| (name.to_owned(), page.into_string())).collect();
    all.extend(matching_pages(&f(Section::Bank)));
    all.extend(strategy_pages(&f(Section::Strategies)));
    for (index, kind) in Fault::ALL.into_iter().enumerate() {
        all.push((format!("error-{index}"), fault(&day, kind, "", "req_1").into_string()));
    }
    all
}

/// Indicadores and Proyección.
fn figure_pages(tag: &str) -> Vec<(&'static str, Markup)> {
    let f = |section: Section| Frame::sample(tag, section, section.path());
    let day = f(Section::Day);
    let mut past = f(Section::Indicators);
    past.as_of = past.today.add_months(-3).month_end();
    past.known_at = Some(past.as_of);
    past.url = past.url.with("al", past.as_of).with("conocido", past.as_of);
    vec![
        ("indicators", indicators(&f(Section::Indicators), &IndicatorsView::sample(&day))),
        ("indicators-past", indicators(&past, &IndicatorsView::sample(&past))),
        ("forecast", forecast(&f(Section::Forecast), &ForecastView::sample(&day))),
    ]
}

/// Convenios and interest.
fn agreement_pages(tag: &str) -> Vec<(&'static str, Markup)> {
    let f = |section: Section| Frame::sample(tag, section, section.path());
    let day = f(Section::Day);
    let found = Found::Refused("Falta una tasa.".to_owned());
    let refused = InterestView { found, ..InterestView::sample(&day) };
    vec![
        ("interest", interest(&f(Section::Documents), &InterestView::sample(&day))),
        ("interest-refused", interest(&f(Section::Documents), &refused)),
        ("agreements", agreements(&f(Section::Agreements), &AgreementsView::sample(&day))),
        ("agreements-empty", agreements(&f(Section::Agreements), &AgreementsView::default())),
        ("proposal", proposal(&f(Section::Agreements), &ProposalView::sample(&day))),
        ("agreement", agreement(&f(Section::Agreements), &AgreementView::sample(&day))),
        ("provision", provision(&f(Section::Indicators), &ProvisionView::sample(&day))),
    ]
}

/// Estrategias, one of them, and what waits for approval.
fn strategy_pages(f: &Frame) -> Vec<(String, String)> {
    let list = strategies(f, &StrategiesView::sample()).into_string();
    let one = strategy(f, &StrategyView::sample()).into_string();
    let waiting = approvals(f, &ApprovalsView::sample(f)).into_string();
    vec![
        ("strategies".to_owned(), list),
        ("strategy".to_owned(), one),
        ("approvals".to_owned(), waiting),
    ]
}

/// Conciliación and the page of one line.
fn matching_pages(f: &Frame) -> Vec<(String, String)> {
    let queue = matching(f, &MatchingView::sample(f)).into_string();
    let one = line(f, &LineView::sample(f)).into_string();
    vec![("matching".to_owned(), queue), ("matching-line".to_owned(), one)]
}

/// Who a customer is.
fn kin(f: &Frame) -> Vec<(&'static str, Markup)> {
    vec![
        ("merge-choose", choose(f, &ChooseView::sample(f))),
        ("merge", merge(f, &MergeView::sample(f))),
        ("merge-part", merge(f, &MergeView::sample_part(f))),
        ("merge-refused", merge(f, &MergeView::sample_refused(f))),
        ("group", group(f, &GroupView::sample(f))),
        ("likely", likely_duplicates(f, &LikelyView::sample())),
    ]
}

/// Pages of settings.
fn settings_pages(settings: &Frame) -> Vec<(&'static str, Markup)> {
    vec![
        ("mailbox", mailbox(settings, &MailboxView::sample())),
        ("api", api(settings, &ApiView::sample())),
        ("creditors", creditors(settings, &CreditorsView::sample(settings))),
        ("users", users(settings, &UsersView::sample())),
        ("mail", mail(settings, &MailView::sample())),
        ("buckets", buckets(settings, &BucketsView::sample())),
        ("creditor-card", creditor_card(settings, &CreditorCardView::default())),
    ]
}

fn every_page(check: impl Fn(&str, &str)) {
    for tag in TAGS {
        for (name, html) in pages(tag) {
            check(&format!("{name} in {tag}"), &html);
        }
    }
}

#[test]
fn every_page_in_every_locale_says_everything() {
    every_page(|page, html| {
        assert!(html.len() > 600, "{page} is empty");
        assert!(html.len() < 160_000, "{page} weighs {} bytes", html.len());
    });
    let missing = MISSING.lock().unwrap();
    assert!(missing.is_empty(), "no text for {missing:?}");
}

#[test]
fn nothing_is_inline() {
    every_page(|page, html| {
        for forbidden in [" style=", " onclick=", " onchange=", "javascript:", "<style"] {
            assert!(!html.contains(forbidden), "{page} has {forbidden}");
        }
        let scripts = html.matches("<script").count();
        assert_eq!(scripts, html.matches("<script src=\"/a/").count(), "{page} has inline script");
    });
}

#[test]
fn every_page_has_one_heading_and_one_main() {
    every_page(|page, html| {
        assert_eq!(html.matches("<h1").count(), 1, "{page}");
        assert_eq!(html.matches("<main").count(), 1, "{page}");
        let lang = html.split("<html lang=\"").nth(1).unwrap_or_default();
        assert!(TAGS.iter().any(|tag| lang.starts_with(tag)), "{page}");
    });
}

#[test]
fn ids_are_unique_and_labels_have_their_field() {
    every_page(|page, html| {
        let values = |name: &str| -> Vec<String> {
            let mark = format!(" {name}=\"");
            html.split(&mark)
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .map(str::to_owned)
                .collect()
        };
        let ids = values("id");
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[..index].contains(id), "{page}: id {id} twice");
        }
        for wanted in values("for").iter().chain(&values("aria-describedby")) {
            assert!(ids.contains(wanted), "{page}: nothing has the id {wanted}");
        }
    });
}

#[test]
fn every_post_carries_the_token() {
    every_page(|page, html| {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            if form.contains("method=\"post\"") {
                assert!(form.contains("name=\"csrf\""), "{page}: {}", &form[..form.len().min(80)]);
            }
        }
    });
}

#[test]
fn a_viewer_is_offered_no_form_that_changes_a_customer() {
    let (_, html) = pages("es").into_iter().find(|(name, _)| name == "customer-viewer").unwrap();
    assert!(!html.contains("/gestion\"") && !html.contains("/pago\""));
    let (_, html) = pages("es").into_iter().find(|(name, _)| name == "customer").unwrap();
    assert!(html.contains("/gestion\"") && html.contains("/pago\""));
}

#[test]
fn every_icon_named_is_in_the_sprite() {
    let sprite = include_str!("../../assets/icons.svg");
    every_page(|page, html| {
        for rest in html.split(".svg#").skip(1) {
            let name = rest.split('"').next().unwrap_or_default();
            assert!(sprite.contains(&format!("id=\"{name}\"")), "{page}: no icon {name}");
        }
    });
}

/// All our source files of the web, to hold code against catalogues.
fn sources() -> String {
    fn read(folder: &Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") {
                into.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut text = String::new();
    read(
        &Path::new(file!()).canonicalize().map_or_else(
            |_| Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"),
            |file| file.parent().unwrap().to_owned(),
        ),
        &mut text,
    );
    text
}

#[test]
fn every_key_in_the_code_is_in_the_catalogue_and_the_other_way_round() {
    let code = sources();
    let keys = Locale::of("es").keys();
    for call in [".t(\"", ".fill(\"", ".count(\""] {
        for rest in code.split(call).skip(1) {
            let key = rest.split('"').next().unwrap_or_default();
            let plural = format!("{key}.one");
            assert!(keys.contains(key) || keys.contains(&plural), "no text for {key}");
        }
    }
    for key in &keys {
        let stem = key.strip_suffix(".one").or(key.strip_suffix(".other")).unwrap_or(key);
        assert!(code.contains(&format!("\"{stem}\"")), "nothing says {key}");
    }
}

/// A token's light and dark value as linear luminance (WCAG 2.2, relative luminance).
fn luminance(css: &str, token: &str) -> [f64; 2] {
    let line = css.split(&format!("--{token}: light-dark(")).nth(1).unwrap_or_default();
    let values = line.split(')').next().unwrap_or_default();
    let mut both = values.split(',').map(|hex| {
        let hex = hex.trim().trim_start_matches('#');
        let part = |at: usize| {
            let byte = u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            let share = f64::from(byte) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    });
    [both.next().unwrap(), both.next().unwrap()]
}

#[test]
fn text_and_lines_have_the_contrast_wcag_asks_for() {
    let css = include_str!("../../assets/puntual.css");
    let check = |ink: &str, ground: &str, least: f64| {
        let (inks, grounds) = (luminance(css, ink), luminance(css, ground));
        for (theme, (a, b)) in ["light", "dark"].iter().zip(inks.iter().zip(grounds)) {
            let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(ratio >= least, "{ink} on {ground}, {theme}: {ratio:.2} < {least}");
        }
    };
    for ground in ["canvas", "surface", "sunken", "hover"] {
        for ink in ["ink", "ink-2", "ink-3", "brand", "good", "bad"] {
            check(ink, ground, 4.5);
        }
    }
    for hue in [
        "current",
        "d1",
        "d2",
        "d3",
        "d4",
        "d5",
        "paid",
        "disputed",
        "promised",
        "agreement",
        "legal",
    ] {
        check(&format!("{hue}-ink"), &format!("{hue}-soft"), 4.5);
    }
    check("soon-ink", "surface", 4.5);
    check("soon-ink", "canvas", 4.5);
    check("on-brand", "brand-fill", 4.5);
    check("on-brand", "brand-hover", 4.5);
    check("brand", "brand-soft", 4.5);
    check("ink", "brand-soft", 4.5);
    check("ink-3", "brand-soft", 4.5);
    for line in ["field-line", "focus", "line-1", "line-2", "line-3", "line-ref"] {
        check(line, "surface", 3.0);
        check(line, "canvas", 3.0);
    }
}

#[test]
fn addresses_keep_the_day() {
    let mut f = Frame::sample("es", Section::Customers, "/clientes");
    f.url = Url::new("/clientes").with("al", "2026-08-31").with("tramo", "1-30");
    let html = customers(&f, &CustomersView::sample(&f)).into_string();
    assert!(html.contains("href=\"/indicadores?al=2026-08-31\""));
    assert!(html.contains("orden=-vencido"));
    assert!(html.contains("name=\"tramo\"") && html.contains("name=\"al\""));
}

/// Writes every page, in light and dark, to `puntual-pages` in the temporary folder, to be served
/// by any file server and looked at: `cargo test -p puntual gallery -- --ignored`.
#[test]
#[ignore = "writes files for people to look at"]
fn gallery() {
    let folder = std::env::temp_dir().join("puntual-pages");
    std::fs::create_dir_all(folder.join("a")).unwrap();
    for (url, body) in super::assets::all() {
        std::fs::write(folder.join(url.trim_start_matches('/')), body).unwrap();
    }
    for tag in TAGS {
        for (name, html) in pages(tag) {
            for theme in ["light", "dark"] {
                let themed =
                    html.replace("data-theme=\"auto\"", &format!("data-theme=\"{theme}\""));
                std::fs::write(folder.join(format!("{name}.{tag}.{theme}.html")), themed).unwrap();
            }
        }
    }
}

//! The customers of a creditor: who they are, how big, on what terms, and how they pay. Their
//! documents are made elsewhere.

use super::habits::{Habit, PayRun};
use super::names::{self, Trade};
use super::random::Draw;
use super::rates::Rates;
use super::stories::{self, StoryKind};
use super::tax_ids::{self, Taxpayer};
use super::{Country, identity};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_formats::record::{CustomerRecord, PartyRecord};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// A customer and what moves it.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    /// Name, code, tax id, how to reach it.
    pub(super) party: PartyRecord,
    /// Its segment.
    pub(super) segment: &'static str,
    /// Currency most of its invoices are in.
    pub(super) currency: Currency,
    /// Another currency some of them are in.
    pub(super) second_currency: Option<Currency>,
    /// Days of credit agreed.
    pub(super) terms_days: i32,
    /// In the creditor's own currency, smallest units.
    pub(super) credit_limit_minor: i64,
    /// Usual net amount of an invoice, creditor's own currency, smallest units.
    pub(super) typical_net_minor: i64,
    /// Invoices in a thousand months.
    pub(super) monthly_milli: u64,
    /// Collection on hold.
    pub(super) on_hold: bool,
    /// Who collects: an index into the creditor's agents.
    pub(super) collector: usize,
    /// How it pays; stories pay by their script.
    pub(super) habit: Habit,
    /// The story it plays, if any.
    pub(super) story: Option<StoryKind>,
    /// First day of business with it.
    pub(super) since: Day,
}

impl Customer {
    /// The row a customers file would have for it; the limit is in its usual currency, at the
    /// rate of the day business began.
    pub(super) fn record(&self, country: Country, rates: &Rates) -> CustomerRecord {
        let limit_minor = rates.in_currency(self.credit_limit_minor, self.currency, self.since);
        let collector = identity::agents(country).get(self.collector);
        CustomerRecord {
            place: String::new(),
            party: self.party.clone(),
            segment: Some(self.segment.to_owned()),
            currency: Some(self.currency.code().to_owned()),
            terms_days: Some(self.terms_days),
            credit_limit: Some(Decimal::new(limit_minor, self.currency.decimals())),
            on_hold: Some(self.on_hold),
            collector: collector.map(|agent| agent.login.to_owned()),
            problems: Vec::new(),
        }
    }
}

/// All customers of the country: the stories' first, then those drawn.
pub(super) fn portfolio(country: Country, first: Day, today: Day, seed: u64) -> Vec<Customer> {
    let count = match country {
        Country::Chile => 184,
        Country::Mexico => 143,
        Country::Spain => 105,
    };
    let mut taken = BTreeSet::new();
    let mut customers: Vec<Customer> = stories::stories()
        .iter()
        .filter(|story| story.country == country)
        .map(|story| {
            taken.insert(story.customer.to_owned());
            told(story, first, seed)
        })
        .collect();
    for ordinal in customers.len()..count {
        customers.push(drawn(country, ordinal, first, today, seed, &mut taken));
    }
    customers
}

/// The customer of a story, whose name and segment are given.
fn told(story: &stories::Story, first: Day, seed: u64) -> Customer {
    let draw = &mut Draw::new(seed, story.customer_code);
    let country = story.country;
    let who = if story.segment == names::PUBLIC_SECTOR {
        Taxpayer::PublicBody
    } else {
        Taxpayer::Company
    };
    let ordinal = story.kind as u32 + 1;
    let mut party = party(country, story.customer_code, story.customer, who, ordinal, draw);
    if story.kind == StoryKind::Silent {
        party = PartyRecord { email: None, phone: None, contact: None, ..party };
    }
    let typical = identity::typical_net_minor(country);
    Customer {
        party,
        segment: story.segment,
        currency: country.currency(),
        second_currency: (story.kind == StoryKind::TwoCurrencies).then_some(Currency::USD),
        terms_days: story.kind.terms_days(),
        credit_limit_minor: typical * if story.kind == StoryKind::OverLimit { 5 } else { 40 },
        typical_net_minor: typical * story.kind.size(),
        monthly_milli: 2000,
        on_hold: story.kind == StoryKind::OnHold,
        collector: draw.below(identity::agents(country).len() as u64) as usize,
        habit: Habit {
            late_days: 0,
            spread_days: 0,
            never_per_mille: 0,
            run: PayRun::AnyDay,
            by_cheque: false,
            drift_days: 0,
        },
        story: Some(story.kind),
        since: first,
    }
}

/// A customer nobody tells a story about.
fn drawn(
    country: Country,
    ordinal: usize,
    first: Day,
    today: Day,
    seed: u64,
    taken: &mut BTreeSet<String>,
) -> Customer {
    let code = format!("{}-{:04}", country.code(), 2000 + ordinal);
    let draw = &mut Draw::new(seed, &code);
    let trades = names::trades(country);
    let weights: Vec<u64> = trades.iter().map(|trade| trade.weight).collect();
    let trade = &trades[draw.weighted(&weights)];
    let person = trade.shift_days.abs() < 3 && draw.chance(120);
    let who = match (person, trade.segment) {
        (true, _) => Taxpayer::Person,
        (false, names::PUBLIC_SECTOR) => Taxpayer::PublicBody,
        (false, _) => Taxpayer::Company,
    };
    let name = free_name(country, trade, who, taken, draw);
    let party = party(country, &code, &name, who, ordinal as u32 + 40, draw);
    let size = if person { 2 } else { draw.weighted(&[9, 34, 57]) };
    let (monthly_milli, size_percent) = match size {
        0 => (draw.between(3_300, 5_600), draw.between(200, 420)),
        1 => (draw.between(1_300, 2_700), draw.between(80, 200)),
        _ => (draw.between(400, 1_250), draw.between(25, 90)),
    };
    let typical_net_minor = identity::typical_net_minor(country) * size_percent / 100;
    let terms_days = [0, 15, 30, 45, 60, 90][draw.weighted(&[3, 11, 52, 17, 14, 3])];
    let (currency, second_currency) = currencies(country, size, draw);
    let exposure_months = i64::from(terms_days + 45) * 10 / 30;
    let exposure = typical_net_minor * monthly_milli / 1000 * exposure_months / 10;
    let weeks_open = i64::from(today - first) * 2 / 3;
    let since = if draw.chance(140) { first + draw.between(30, weeks_open) as i32 } else { first };
    Customer {
        party,
        segment: trade.segment,
        currency,
        second_currency,
        terms_days,
        credit_limit_minor: two_digits(exposure * draw.between(110, 260) / 100),
        typical_net_minor,
        monthly_milli: monthly_milli as u64,
        on_hold: draw.chance(8),
        collector: draw.below(identity::agents(country).len() as u64) as usize,
        habit: Habit::draw(country, trade.shift_days, draw),
        story: None,
        since,
    }
}

/// The currencies a customer is invoiced in: mostly the creditor's own.
fn currencies(country: Country, size: usize, draw: &mut Draw) -> (Currency, Option<Currency>) {
    let own = country.currency();
    match (country, draw.weighted(&[84, 6, 6, 4])) {
        (Country::Chile, 1) => (Currency::CLF, None),
        (Country::Chile | Country::Mexico, 2) => (Currency::USD, None),
        (Country::Chile | Country::Mexico, 3) if size < 2 => (own, Some(Currency::USD)),
        _ => (own, None),
    }
}

/// A name no other customer of the creditor bears.
fn free_name(
    country: Country,
    trade: &Trade,
    who: Taxpayer,
    taken: &mut BTreeSet<String>,
    draw: &mut Draw,
) -> String {
    for _ in 0..200 {
        let name = match who {
            Taxpayer::Person => person(draw),
            Taxpayer::PublicBody => {
                format!("{} {}", draw.pick(trade.openings), draw.pick(names::TOWNS))
            }
            Taxpayer::Company => {
                let ending = draw.pick(names::endings(country));
                format!("{} {} {ending}", draw.pick(trade.openings), draw.pick(names::ROOTS))
            }
        };
        if taken.insert(name.clone()) {
            return name;
        }
    }
    let name = format!("{} {}", trade.openings[0], taken.len());
    taken.insert(name.clone());
    name
}

/// A person's name with both family names.
fn person(draw: &mut Draw) -> String {
    let first = draw.pick(names::FIRST_NAMES);
    let (father, mother) = (draw.pick(names::FAMILY_NAMES), draw.pick(names::FAMILY_NAMES));
    format!("{first} {father} {mother}")
}

/// The party with addresses that reach nobody: e-mail in the reserved domain `example` (RFC 2606),
/// telephones in ranges no operator has.
fn party(
    country: Country,
    code: &str,
    name: &str,
    who: Taxpayer,
    ordinal: u32,
    draw: &mut Draw,
) -> PartyRecord {
    let tax_id = tax_ids::tax_id(country, who, ordinal, name, draw);
    let line = 1000 + ordinal;
    let phone = match country {
        Country::Chile => format!("+56 2 0000 {line:04}"),
        Country::Mexico => format!("+52 55 0000 {line:04}"),
        Country::Spain => format!("+34 500 00 {:02} {:02}", line / 100, line % 100),
    };
    let desk = *draw.pick(&["pagos", "proveedores", "tesoreria", "administracion", "facturas"]);
    let town = draw.pick(names::TOWNS);
    let street = draw.pick(names::STREETS);
    let number = draw.between(3, 1900);
    // Some customers cannot be reached by every means; a portfolio always has them.
    let (has_email, has_phone) = (!draw.chance(50), !draw.chance(80));
    PartyRecord {
        tax_id: Some(tax_id),
        code: Some(code.to_owned()),
        name: Some(name.to_owned()),
        country: Some(country.code().to_owned()),
        email: has_email.then(|| format!("{desk}@{}.example", tax_ids::slug(name))),
        phone: (has_phone || !has_email).then_some(phone),
        contact: Some(person(draw)),
        address: Some(match country {
            Country::Spain => format!("Calle {street}, {number}, {town}"),
            _ => format!("{street} {number}, {town}"),
        }),
        ..PartyRecord::default()
    }
}

/// The amount with its first two digits only, as limits are granted.
fn two_digits(minor: i64) -> i64 {
    let mut unit = 1;
    while minor / unit >= 100 {
        unit *= 10;
    }
    minor / unit * unit
}

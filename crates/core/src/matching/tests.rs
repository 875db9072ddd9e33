//! Lines and debts as people meet them.

use super::*;

const PESO: Currency = Currency::CLP;

fn debt(id: i64, customer: i64, number: &str, minor: i64) -> Debt {
    Debt {
        document: DocumentId(id),
        customer: CustomerId(customer),
        number: number.to_owned(),
        uid: None,
        orders: Vec::new(),
        issued: day("2026-05-01"),
        due: day("2026-06-01") + id as i32,
        currency: PESO,
        total_minor: minor,
        instalments: if minor > 0 { vec![minor] } else { Vec::new() },
        discount: None,
        is_disputed: false,
    }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn payer(id: i64, name: &str, tax_id: &str) -> Payer {
    Payer {
        customer: CustomerId(id),
        group: CustomerId(id),
        name: name.to_owned(),
        tax_id: Some(tax_id.to_owned()),
        is_held: false,
    }
}

fn line(minor: i64, text: &str) -> Line {
    Line {
        amount: Money::new(minor, PESO),
        on: day("2026-06-10"),
        text: text.to_owned(),
        payer_name: None,
        payer_account: None,
        payer_tax_id: None,
    }
}

fn andes() -> Vec<Payer> {
    vec![
        payer(1, "Comercial Los Andes Ltda.", "761920839"),
        payer(2, "Comercial Los Andes 17 SpA", "500021837"),
        payer(3, "Minera Peñalolén S.A.", "770000001"),
    ]
}

fn book() -> Index {
    let debts = vec![
        debt(11, 1, "F00000101", 474_561),
        debt(12, 1, "F00000102", 67_810),
        debt(13, 1, "F00000103", 1_203_477),
        debt(21, 2, "F00000201", 355_019),
        debt(22, 2, "F00000202", 355_019),
        debt(31, 3, "F00000301", 900_040),
    ];
    Index::new(debts, andes(), &[], Vec::new())
}

fn match_one(index: &Index, line: &Line) -> Match {
    match_lines(index, &Policy::default(), std::slice::from_ref(line)).remove(0)
}

fn applied(found: &Match) -> Option<(Rule, Vec<(i64, i64)>)> {
    let first = found.proposals.first()?;
    let lines = first.lines.iter().map(|(document, minor)| (document.0, *minor)).collect();
    (found.status == Status::Applied).then_some((first.rule?, lines))
}

#[test]
fn a_document_named_and_paid_exactly_is_applied() {
    let found = match_one(&book(), &line(474_561, "PAGO F-101"));
    assert_eq!(applied(&found), Some((Rule::ReferenceExact, vec![(11, 474_561)])));
    let both = match_one(&book(), &line(542_371, "F00000101 Y F102"));
    let expected = vec![(11, 474_561), (12, 67_810)];
    assert_eq!(applied(&both), Some((Rule::ReferenceExact, expected)));
}

#[test]
fn less_than_the_document_named_is_paid_on_it() {
    let found = match_one(&book(), &line(400_000, "ABONO F00000101"));
    assert_eq!(applied(&found), Some((Rule::ReferencePartial, vec![(11, 400_000)])));
    assert!(found.proposals[0].evidence.contains(&Evidence::Partial(74_561)));
    let other = Line { payer_name: Some("Minera Penalolen SA".into()), ..line(400_000, "F101") };
    let found = match_one(&book(), &other);
    assert_eq!(found.status, Status::Proposed, "somebody else pays, and not all of it");
}

#[test]
fn one_document_named_and_others_counted_are_found_by_their_sum() {
    let found = match_one(&book(), &line(474_561 + 1_203_477, "PAGO F00000101 Y 1 MAS"));
    let expected = vec![(11, 474_561), (13, 1_203_477)];
    assert_eq!(applied(&found), Some((Rule::ReferenceSet, expected)));
    let not_said = line(474_561 + 1_203_477, "PAGO F00000101");
    assert_eq!(match_one(&book(), &not_said).status, Status::Applied);
    let other = Line { payer_name: Some("Minera Penalolen SA".into()), ..not_said };
    assert_eq!(match_one(&book(), &other).status, Status::Proposed, "somebody else pays");
    let by_number = match_one(&book(), &line(474_561 + 1_203_477, "FACT 101"));
    let expected = vec![(11, 474_561), (13, 1_203_477)];
    assert_eq!(applied(&by_number), Some((Rule::ReferenceSet, expected)));
}

#[test]
fn a_number_without_its_series_needs_the_amount() {
    let found = match_one(&book(), &line(1_203_477, "FACT 103"));
    assert_eq!(applied(&found), Some((Rule::NumberExact, vec![(13, 1_203_477)])));
    let partial = match_one(&book(), &line(3_477, "FACT 103"));
    assert_eq!(partial.status, Status::Proposed);
    assert_eq!(partial.proposals[0].lines, [(DocumentId(13), 3_477)]);
    let index = Index::new(vec![debt(1, 1, "F00100103", 5_077)], andes(), &[], Vec::new());
    let cut_off = match_one(&index, &line(5_077, "FACT 103"));
    assert_eq!(applied(&cut_off), Some((Rule::NumberExact, vec![(1, 5_077)])));
}

#[test]
fn a_certain_payer_pays_the_one_debt_or_set_that_adds_up() {
    let by_id = match_one(&book(), &line(67_810, "RUT 76.192.083-9"));
    assert_eq!(applied(&by_id), Some((Rule::PayerExact, vec![(12, 67_810)])));
    let by_name = match_one(&book(), &line(542_371, "TRANSF COMERCIAL LOS ANDES LTDA"));
    let expected = vec![(11, 474_561), (12, 67_810)];
    assert_eq!(applied(&by_name), Some((Rule::PayerSet, expected)));
}

#[test]
fn the_longer_of_two_names_is_meant() {
    let found = match_one(&book(), &line(710_038, "TRANSF COMERCIAL LOS ANDES 17"));
    let expected = vec![(21, 355_019), (22, 355_019)];
    assert_eq!(applied(&found), Some((Rule::PayerExact, expected)));
}

#[test]
fn of_two_debts_alike_a_person_chooses_until_another_line_takes_one() {
    let by_name = line(355_019, "TRANSF COMERCIAL LOS ANDES 17");
    let found = match_one(&book(), &by_name);
    assert_eq!(found.status, Status::Ambiguous);
    assert_eq!(found.proposals.len(), 2);
    let named = line(355_019, "PAGO F00000202");
    let both = match_lines(&book(), &Policy::default(), &[by_name, named]);
    assert_eq!(applied(&both[0]), Some((Rule::PayerExact, vec![(21, 355_019)])));
    assert_eq!(applied(&both[1]), Some((Rule::ReferenceExact, vec![(22, 355_019)])));
}

#[test]
fn the_same_payment_twice_is_applied_once() {
    let twice = [line(67_810, "PAGO F00000102"), line(67_810, "PAGO F00000102")];
    let found = match_lines(&book(), &Policy::default(), &twice);
    assert_eq!(found[0].status, Status::Applied);
    assert_eq!(found[1].status, Status::Proposed);
    assert_eq!(found[1].doubts, [Doubt::AlreadyPaid(DocumentId(12))]);
    assert_eq!(found[1].proposals[0].on_account_minor, 67_810);
}

#[test]
fn an_amount_alone_is_shown_and_never_applied() {
    let found = match_one(&book(), &line(900_040, "DEPOSITO EN EFECTIVO"));
    assert_eq!(found.status, Status::Proposed);
    assert_eq!(found.proposals[0].lines, [(DocumentId(31), 900_040)]);
    let unknown = match_one(&book(), &line(900_041, "DEPOSITO EN EFECTIVO"));
    assert_eq!((unknown.status, unknown.doubts), (Status::None, vec![Doubt::NothingKnown]));
}

#[test]
fn the_only_debt_of_a_certain_payer_takes_less_and_never_more() {
    let less = match_one(&book(), &line(500_000, "MINERA PENALOLEN"));
    assert_eq!(applied(&less), Some((Rule::OnlyDebt, vec![(31, 500_000)])));
    let more = match_one(&book(), &line(1_000_000, "MINERA PENALOLEN"));
    assert_eq!(more.status, Status::Proposed);
    assert_eq!(more.proposals[0].on_account_minor, 99_960);
}

#[test]
fn what_came_back_and_what_went_out_pays_nothing() {
    let back = match_one(&book(), &line(474_561, "NSF RETURN OF F00000101"));
    assert_eq!((back.status, back.doubts), (Status::None, vec![Doubt::ComesBack]));
    let out = match_one(&book(), &line(-1_000, "COMISION F00000101"));
    assert_eq!((out.status, out.doubts), (Status::None, vec![Doubt::NotCredit]));
}

#[test]
fn disputed_held_and_sister_company_ask_a_person() {
    let disputed = Debt { is_disputed: true, ..debt(11, 1, "F00000101", 474_561) };
    let index = Index::new(vec![disputed], andes(), &[], Vec::new());
    let found = match_one(&index, &line(474_561, "F00000101"));
    assert_eq!(found.doubts, [Doubt::Disputed(DocumentId(11))]);
    let held = vec![Payer { is_held: true, ..payer(1, "Comercial Los Andes", "761920839") }];
    let index = Index::new(vec![debt(11, 1, "F00000101", 474_561)], held, &[], Vec::new());
    let found = match_one(&index, &line(474_561, "F00000101"));
    assert_eq!(found.doubts, [Doubt::Held(CustomerId(1))]);
    let policy = Policy { creditor_name: "Aceros Unidos S.A.".into(), ..Policy::default() };
    let named = line(474_561, "F00000101 Aceros Unidos Norte");
    let found = match_lines(&book(), &policy, &[named]).remove(0);
    assert_eq!(found.doubts, [Doubt::OtherCompany("aceros unidos norte".into())]);
    let own = line(474_561, "F00000101 para Aceros Unidos S.A.");
    assert_eq!(match_lines(&book(), &policy, &[own])[0].status, Status::Applied);
}

#[test]
fn a_discount_is_believed_in_time_and_told_when_it_lapsed() {
    let discount = Some(EarlyDiscount { minor: 20_000, until: day("2026-06-10") });
    let granting = Debt { discount, ..debt(1, 1, "F00000777", 1_000_000) };
    let index = Index::new(vec![granting], andes(), &[], Vec::new());
    let in_time = match_one(&index, &line(980_000, "F00000777 2% pronto pago"));
    assert_eq!(applied(&in_time), Some((Rule::ReferenceExact, vec![(1, 980_000)])));
    let cut = (DocumentId(1), Adjustment::Discount, 20_000);
    assert_eq!(in_time.proposals[0].adjustments, [cut]);
    let late = Line { on: day("2026-06-11"), ..line(980_000, "F00000777") };
    let lapsed = match_one(&index, &late);
    assert_eq!(applied(&lapsed), Some((Rule::ReferencePartial, vec![(1, 980_000)])));
    let told = Evidence::DiscountLapsed(20_000, day("2026-06-10"));
    assert!(lapsed.proposals[0].evidence.contains(&told));
}

#[test]
fn small_differences_are_given_up_only_within_the_policy() {
    let policy = Policy { tolerance: vec![(PESO, 2_500)], tolerance_bps: 50, ..Policy::default() };
    let found = match_lines(&book(), &policy, &[line(472_561, "F00000101")]).remove(0);
    let adjusted = (DocumentId(11), Adjustment::SmallDifference, 2_000);
    assert_eq!(applied(&found), Some((Rule::ReferenceExact, vec![(11, 472_561)])));
    assert_eq!(found.proposals[0].adjustments, [adjusted]);
    let more = match_lines(&book(), &policy, &[line(472_061, "F00000101")]).remove(0);
    assert!(more.proposals[0].adjustments.is_empty(), "0.5 % of 474 561 is 2 372");
}

#[test]
fn a_credit_note_that_makes_up_the_difference_is_shown() {
    let credit = Credit {
        document: DocumentId(90),
        customer: CustomerId(1),
        number: "NC-9".into(),
        currency: PESO,
        left_minor: 74_561,
    };
    let debts = vec![debt(11, 1, "F00000101", 474_561)];
    let index = Index::new(debts, andes(), &[], vec![credit]);
    let found = match_one(&index, &line(400_000, "F00000101"));
    let note = (DocumentId(11), Adjustment::CreditNote(DocumentId(90)), 74_561);
    assert_eq!(found.proposals[0].adjustments, [note]);
    assert_eq!(found.status, Status::Proposed);
}

#[test]
fn a_confirmed_alias_says_who_paid() {
    let aliases = [
        Alias::Account("ES9121000418450200051332".into(), CustomerId(3)),
        Alias::Name("holding andino".into(), CustomerId(1)),
    ];
    let debts = vec![debt(31, 3, "F00000301", 900_040), debt(12, 1, "F00000102", 67_810)];
    let index = Index::new(debts, andes(), &aliases, Vec::new());
    let account = Some("ES9121000418450200051332".to_owned());
    let by_account = Line { payer_account: account, ..line(900_040, "TRANSFERENCIA") };
    let found = match_one(&index, &by_account);
    assert_eq!(applied(&found), Some((Rule::PayerExact, vec![(31, 900_040)])));
    let by_name = Line { payer_name: Some("HOLDING ANDINO".into()), ..line(67_810, "") };
    let found = match_one(&index, &by_name);
    assert_eq!(applied(&found), Some((Rule::PayerExact, vec![(12, 67_810)])));
}

#[test]
fn the_next_instalments_are_an_exact_payment() {
    let in_parts =
        Debt { instalments: vec![300_000, 300_000, 300_001], ..debt(1, 1, "F7001", 900_001) };
    let index = Index::new(vec![in_parts], andes(), &[], Vec::new());
    let found = match_one(&index, &line(600_000, "F7001"));
    assert_eq!(applied(&found), Some((Rule::ReferenceExact, vec![(1, 600_000)])));
    assert!(found.proposals[0].evidence.contains(&Evidence::Instalments(2, 3)));
}

#[test]
fn a_group_pays_for_its_members() {
    let mut payers = andes();
    payers[2].group = CustomerId(1);
    let index = Index::new(vec![debt(31, 3, "F00000301", 900_040)], payers, &[], Vec::new());
    let found = match_one(&index, &line(900_040, "RUT 76.192.083-9"));
    assert_eq!(applied(&found), Some((Rule::PayerExact, vec![(31, 900_040)])));
}

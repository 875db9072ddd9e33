//! Samples of pages about one thing: a customer, a document, the indicators.

use super::lists::document_rows;
use super::{bucket_of, buckets, customer, document, tax_id, today, whole, wobble};
use crate::web::chart::{Line, Lines, Stack, StackPoint, Unit};
use crate::web::format::Amount;
use crate::web::layout::Frame;
use crate::web::part::badge::{Channel, State, Verdict};
use crate::web::part::form::{Choice, Typed};
use crate::web::part::table::Paging;
use crate::web::view::customer::*;
use crate::web::view::customer_conduct::Conduct;
use crate::web::view::customer_money::*;
use crate::web::view::document::*;
use crate::web::view::indicators::*;
use puntual_core::acceptance::{self, Acceptance};
use puntual_core::date::Day;
use puntual_core::id::ContactPointId;
use puntual_core::ratio::Ratio;

fn month_ends() -> Vec<Day> {
    let months = (1..24).rev().map(|back| today().add_months(-back).month_end());
    months.chain([today()]).collect()
}

fn series(start: i128, slope: i128, noise: i128) -> Vec<Option<Ratio>> {
    (0..24)
        .map(|index| {
            let tenths = start * 10 + slope * index + wobble(index as usize * 7 + 3, noise * 10);
            Ratio::new(tenths, 10)
        })
        .collect()
}

impl CustomerView {
    /// A customer who is getting worse.
    pub fn sample(f: &Frame) -> CustomerView {
        CustomerView {
            customer: customer(2),
            identity: Identity {
                tax_id_name: f.t("settings.tax_id").to_owned(),
                tax_id: tax_id(f, 2),
                tax_id_is_valid: Some(true),
                code: "C-00482".to_owned(),
                segment: "PyME".to_owned(),
                collector: "Marta Ibáñez".to_owned(),
                terms: "30 días".to_owned(),
                since: Day::new(2019, 3, 4),
                strategy: "Estándar · llamada 1".to_owned(),
            },
            positions: vec![position(f)],
            holds: vec![Held {
                text: "En pausa hasta el 30-11-2026: espera una nota de crédito.".to_owned(),
                lift: Some("/retenciones/hld_1/levantar".to_owned()),
            }],
            behaviour: behaviour(f),
            documents: document_rows(f, 9),
            paging: Paging { page: 1, per_page: 20, total: 46 },
            timeline: timeline(f),
            timeline_more: Some("/clientes/cus_1/historia".to_owned()),
            contacts: contacts(),
            openings: super::guard::openings(),
            joined: vec![JoinedRow {
                name: "C-00977 · Aguilucho Transportes".to_owned(),
                said: "Marta Ibáñez, 12-11-2026: mismo RUT, dos códigos".to_owned(),
                part: "/uniones/mrg_1/separar".to_owned(),
            }],
            group: Some(GroupLine {
                head: customer(9),
                count: 3,
                totals: vec![[whole(f, 21_300), whole(f, 9_100), whole(f, 150)]],
            }),
            forms: forms(),
        }
    }
}

fn position(f: &Frame) -> Position {
    let parts = [3_100, 2_400, 1_900, 1_450, 620, 330];
    let minor = |units| whole(f, units).minor;
    Position {
        net: whole(f, 9_650),
        overdue: whole(f, 6_700),
        not_due: whole(f, 3_100),
        disputed: whole(f, 800),
        unapplied: whole(f, 150),
        promised: whole(f, 2_400),
        limit: Some(whole(f, 9_000)),
        aging: buckets().into_iter().zip(parts.map(minor)).collect(),
        oldest_days: 128,
    }
}

fn behaviour(f: &Frame) -> Behaviour {
    let line = |key, hue, values| Line { label: f.t(key).to_owned(), hue, values };
    let mut paid = series(36, 9, 9);
    paid[5] = None;
    Behaviour {
        verdict: Verdict::Worsening,
        since: Day::new(2026, 8, 14),
        evidence: vec![
            "Pagaba con 3 días de atraso (mediana de 12 pagos); los últimos 4, con 17.".to_owned(),
            "3 de los últimos 4 pagos están muy por encima de lo suyo: no es un hecho aislado."
                .to_owned(),
        ],
        collection_period: Ratio::new(529, 10),
        agreed_days: Ratio::new(30, 1),
        days_late: Ratio::new(168, 10),
        n: 31,
        promises_kept: (3, 5),
        last_payment: Some((whole(f, 1_190), today() - 19)),
        conduct: Conduct {
            signals: vec!["Empezó a pagar por partes (3 nov 2026).".to_owned()],
            habits: vec!["Suele pagar los viernes: 14 de 18 días de pago.".to_owned()],
            score: ("D", 530),
            parts: vec![
                ("Atraso medio de lo pagado en 6 meses: 16,8 días".to_owned(), -40),
                ("Meses como cliente: 41".to_owned(), 30),
            ],
        },
        chart: Lines {
            unit: Unit::Days,
            days: month_ends(),
            lines: vec![
                line("col.collection_period", "l-1", paid),
                line("customer.agreed", "l-ref", vec![Ratio::new(30, 1); 24]),
            ],
            band: Vec::new(),
        },
    }
}

fn timeline(f: &Frame) -> Vec<Event> {
    let event = |ago, at: &str, kind, what: &str, detail: &str| Event {
        on: today() - ago,
        at: at.to_owned(),
        kind,
        what: what.to_owned(),
        detail: detail.to_owned(),
        who: "Marta Ibáñez".to_owned(),
        amount: (kind == EventKind::Payment).then(|| whole(f, 1_190)),
        url: None,
    };
    vec![
        event(
            1,
            "17:42",
            EventKind::Promise,
            "Promesa rota",
            "Prometió pagar el 20-11-2026 y no llegó ningún pago.",
        ),
        event(
            6,
            "11:05",
            EventKind::Contact,
            "Llamada: promete pagar",
            "Habla la tesorera, Carla Rojas. Espera un depósito de su cliente y paga el viernes.",
        ),
        event(
            8,
            "08:00",
            EventKind::Message,
            "Correo: recordatorio de 3 facturas",
            "Entregado a pagos@piedraazul.example",
        ),
        event(
            19,
            "",
            EventKind::Payment,
            "Pago recibido",
            "Transferencia 0048213, aplicada a la factura 10414",
        ),
        event(
            19,
            "",
            EventKind::Dispute,
            "Disputa abierta",
            "Factura 10397: faltan 12 unidades del despacho.",
        ),
        event(31, "", EventKind::Document, "Factura 10482 emitida", ""),
        event(
            33,
            "09:15",
            EventKind::Note,
            "Nota",
            "Cambió de gerente de finanzas; pedir correo nuevo.",
        ),
        event(
            40,
            "",
            EventKind::System,
            "Pasa a la estrategia Estándar",
            "Dos pagos tardíos seguidos.",
        ),
    ]
}

fn contacts() -> Vec<ContactPoint> {
    let point = |id, channel, value: &str, person: &str| ContactPoint {
        id: ContactPointId(id),
        channel,
        value: value.to_owned(),
        person: person.to_owned(),
        is_valid: id != 3,
        opted_out: id == 4,
    };
    vec![
        point(1, Channel::Call, "+56 2 5555 0148", "Carla Rojas, tesorera"),
        point(2, Channel::Email, "pagos@piedraazul.example", "Cuentas por pagar"),
        point(3, Channel::Email, "gerencia@piedraazul.example", "Pedro Soto, gerente"),
        point(4, Channel::Whatsapp, "+56 9 5555 0177", "Carla Rojas, tesorera"),
    ]
}

fn forms() -> Forms {
    let words = [
        "Promete pagar",
        "Pide más plazo",
        "Dice que ya pagó",
        "Disputa",
        "Volver a llamar",
        "Recado con tercero",
        "No contesta",
        "Número equivocado",
        "Se niega a pagar",
    ];
    let code = |index: usize, word: &&str| Choice::new(format!("outcome-{index}"), *word);
    Forms {
        open: Some(OpenForm::Contact),
        outcomes: words.iter().enumerate().map(|(index, word)| code(index, word)).collect(),
        methods: vec![Choice::new("transfer", "Transferencia"), Choice::new("cheque", "Cheque")],
        contact: ContactForm {
            command_id: "evt_1".to_owned(),
            channel: "call".to_owned(),
            next_on: Typed::of((today() + 3).to_string()),
            ..ContactForm::default()
        },
        promise: PromiseForm {
            command_id: "prm_1".to_owned(),
            amount: Typed { value: "12.x".to_owned(), error: Some("No es un monto.".to_owned()) },
            currency: "CLP".to_owned(),
            ..PromiseForm::default()
        },
        note: NoteForm { command_id: "evt_2".to_owned(), text: Typed::default() },
        payment: PaymentForm {
            command_id: "pay_1".to_owned(),
            currency: "CLP".to_owned(),
            on: Typed::of(today().to_string()),
            method: "transfer".to_owned(),
            ..PaymentForm::default()
        },
        hold: ("hld_1".to_owned(), vec![Choice::new("hold", "En pausa")]),
        point_id: "ctp_1".to_owned(),
    }
}

impl CustomerMoneyView {
    /// A payment with something left, one that bounced, and a credit note.
    pub fn sample(f: &Frame) -> CustomerMoneyView {
        let all = whole(f, 1_190);
        let line = |source: &str, what: &str, gone: Option<&str>, deeds| MoneyLine {
            source: source.to_owned(),
            on: today() - 9,
            what: what.to_owned(),
            amount: all,
            left: Amount { minor: all.minor / 2, ..all },
            gone: gone.map(str::to_owned),
            applied: vec![Applied {
                document: document(0).id,
                number: document(0).number,
                amount: Amount { minor: all.minor / 2, ..all },
                command_id: "evt_1".to_owned(),
            }],
            deeds,
        };
        let apply = Some(("evt_2".to_owned(), vec![Choice::new("doc_1", "10482 · 1.190.000")]));
        let post = |deed: &str| Some(format!("/pagos/pay_1/{deed}"));
        let paid = Deeds {
            apply: apply.clone(),
            bounce: post("devolver"),
            undo: post("deshacer"),
            unbounce: None,
        };
        let bounced = Deeds { unbounce: post("cobrar"), ..Deeds::default() };
        CustomerMoneyView {
            customer: customer(2),
            lines: vec![
                line("pay_1", "Pago · transferencia 0048213", None, paid),
                line("pay_2", "Pago · cheque 00417", Some("devuelto"), bounced),
                line("doc_9", "Nota de crédito · 77", None, Deeds { apply, ..Deeds::default() }),
            ],
        }
    }
}

impl DocumentView {
    /// An invoice of three instalments with a payment, a reversal and a credit note.
    #[expect(clippy::too_many_lines, reason = "one value, field after field")]
    pub fn sample(f: &Frame) -> DocumentView {
        let total = whole(f, 3_570);
        let third = Amount { minor: total.minor / 3, ..total };
        let none = Amount { minor: 0, ..total };
        let part = |number: u32, in_days, open, state| Instalment {
            number,
            due_on: today() + in_days,
            amount: third,
            open,
            state,
        };
        let moved = |ago, known_ago, what: &str, detail: &str, change: Amount, after| Movement {
            effective_on: today() - ago,
            recorded_on: today() - known_ago,
            what: what.to_owned(),
            detail: detail.to_owned(),
            change,
            open_after: after,
            is_reversed: false,
            unapply: None,
        };
        let minus = Amount { minor: -third.minor, ..third };
        let two = Amount { minor: total.minor - third.minor, ..total };
        let bounced =
            Movement { is_reversed: true, ..moved(20, 18, "Pago", "cheque 00417", minus, two) };
        DocumentView {
            document: document(0),
            customer: customer(2),
            state: State::PartlyPaid,
            fiscal_id: Some("6f9619ff-8b86-d011-b42d-00cf4fc964ff".to_owned()),
            issued_on: today() - 60,
            terms: "30, 60 y 90 días".to_owned(),
            amounts: Amounts {
                net: Some(Amount { minor: total.minor * 100 / 119, ..total }),
                tax: Some(Amount { minor: total.minor - total.minor * 100 / 119, ..total }),
                withheld: None,
                total,
            },
            holder: Some("Factoring del Sur SpA".to_owned()),
            acceptance: Some(Acceptance {
                state: acceptance::State::Running,
                deadline: Some(today() + 2),
                law: Some("Ley 19.983, art. 3"),
                is_start_assumed: true,
            }),
            open: two,
            instalments: vec![
                part(1, -30, none, State::Paid),
                part(2, 0, third, State::DueSoon),
                part(3, 30, third, State::NotDue),
            ],
            movements: vec![
                moved(60, 59, "Emisión", "", total, total),
                bounced,
                moved(15, 14, "Cheque devuelto", "sin fondos", third, total),
                Movement {
                    unapply: Some(Unapply {
                        command_id: "evt_3".to_owned(),
                        document: document(0).id,
                        source: "pay_1".to_owned(),
                    }),
                    ..moved(9, 9, "Pago", "transferencia 0048213", minus, two)
                },
            ],
            disputes: vec![DisputeLine {
                text: "Abierta el 02-11-2026: la cantidad".to_owned(),
                close: Some("/disputas/dis_1/cerrar".to_owned()),
            }],
            new_dispute: ("dis_2".to_owned(), vec![Choice::new("price", "el precio")]),
            write_offs: WriteOffs {
                write_off: Some("evt_1".to_owned()),
                reinstate: Some("evt_2".to_owned()),
                waiting: vec![WaitingWriteOff {
                    request: "evt_4".to_owned(),
                    amount: third,
                    why: "Insolvente".to_owned(),
                    by: "ana@andes.example".to_owned(),
                    command_id: Some("evt_5".to_owned()),
                }],
            },
            references: vec![
                Reference {
                    relation: "Nota de crédito".to_owned(),
                    document: Some(document(8)),
                    text: String::new(),
                },
                Reference {
                    relation: "Orden de compra".to_owned(),
                    document: None,
                    text: "OC-2026-118".to_owned(),
                },
            ],
            source: Source {
                file: "ventas_septiembre_2026.zip".to_owned(),
                place: "F10482.xml".to_owned(),
                format: "CFDI 4.0".to_owned(),
                imported_on: today() - 59,
                import_url: Some("/importar/imp_1".to_owned()),
                original_url: Some("/documentos/doc_1/original".to_owned()),
            },
        }
    }
}

impl IndicatorsView {
    /// A portfolio of 24 months.
    pub fn sample(f: &Frame) -> IndicatorsView {
        let days = month_ends();
        let line = |key, hue, values| Line { label: f.t(key).to_owned(), hue, values };
        IndicatorsView {
            grouping: Grouping::Segment,
            segments: vec![Choice::new("pyme", "PyME")],
            currencies: vec![Choice::new("CLP", "CLP"), Choice::new("USD", "USD")],
            buckets: buckets(),
            aging: vec![aging(f)],
            history: vec![history(f, &days)],
            indicators: IndicatorId::ALL.map(indicator).to_vec(),
            currency: f.numbers.home(),
            time_chart: Lines {
                unit: Unit::Days,
                lines: vec![
                    line("kpi.ppc_weighted", "l-1", series(48, -3, 5)),
                    line("kpi.avg_debt_age", "l-2", series(51, 8, 7)),
                ],
                band: Vec::new(),
                days: days.clone(),
            },
            days,
        }
    }
}

fn aging(f: &Frame) -> Aging {
    let row = |index: usize, name: &str, size: i128| AgingRow {
        key: name.to_lowercase(),
        name: name.to_owned(),
        minor: [48, 22, 13, 8, 5, 4]
            .map(|share| whole(f, size * (share + wobble(index, 5)) / 100).minor)
            .to_vec(),
        unapplied_minor: -whole(f, size / 90).minor,
    };
    let rows = vec![
        row(1, "Grandes cuentas", 98_000),
        row(2, "PyME", 61_000),
        row(3, "Sector público", 17_400),
        row(4, "Nuevos", 6_000),
    ];
    let sum = |index: usize| rows.iter().map(|r: &AgingRow| r.minor[index]).sum();
    let total = AgingRow {
        key: String::new(),
        name: f.t("figure.total").to_owned(),
        minor: (0..6).map(sum).collect(),
        unapplied_minor: rows.iter().map(|r| r.unapplied_minor).sum(),
    };
    Aging { currency: f.numbers.home(), rows, total, rows_left_out: 0, agrees: true }
}

fn history(f: &Frame, days: &[Day]) -> Stack {
    let point = |(index, day): (usize, &Day)| {
        let size = 120_000 + index as i128 * 2_400 + wobble(index, 16_000);
        let shares = [52, 20, 12, 7, 5, 4 + index as i128 / 5];
        let minor = shares.map(|share| whole(f, size * (share + wobble(index * 5, 4)) / 100).minor);
        StackPoint { day: *day, minor: minor.to_vec() }
    };
    Stack {
        currency: f.numbers.home(),
        buckets: buckets(),
        points: days.iter().enumerate().map(point).collect(),
    }
}

fn indicator(id: IndicatorId) -> Indicator {
    let values = match id {
        IndicatorId::Cei => {
            (0..24).map(|i| Ratio::new(780 + i * 3 + wobble(i as usize, 40), 1_000)).collect()
        }
        IndicatorId::PastDuePct => {
            (0..24).map(|i| Ratio::new(310 + wobble(i as usize, 60), 1_000)).collect()
        }
        IndicatorId::PpcWeighted => series(48, -3, 5),
        IndicatorId::AvgDebtAge => series(51, 8, 7),
        _ => series(40, 1, 6),
    };
    let n = if id == IndicatorId::PpcSimple { 2 } else { 1_284 };
    Indicator { id, value: values[23], n, series: values }
}

#[test]
fn the_sample_days_fall_in_their_buckets() {
    assert_eq!(bucket_of(0), buckets()[0]);
    assert_eq!(bucket_of(30), buckets()[1]);
    assert_eq!(bucket_of(121), buckets()[5]);
}

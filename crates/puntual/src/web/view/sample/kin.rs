//! Samples of who counts as the same customer and who belongs together.

use super::{customer, tax_id, whole};
use crate::web::layout::Frame;
use crate::web::part::form::Typed;
use crate::web::url::Url;
use crate::web::view::group::*;
use crate::web::view::merges::*;

impl ChooseView {
    /// Two customers found.
    pub fn sample(f: &Frame) -> ChooseView {
        let tells = |index| format!("C-00{index} · {}", tax_id(f, index));
        ChooseView {
            customer: customer(1),
            found: vec![(customer(2), tells(2)), (customer(3), tells(3))],
            has_text: true,
        }
    }
}

impl MergeView {
    /// Two codes of one company.
    pub fn sample(f: &Frame) -> MergeView {
        let row = |key, one: &[&str], other: &[&str]| SideRow {
            name: f.t(key).to_owned(),
            one: one.iter().map(|text| (*text).to_owned()).collect(),
            other: other.iter().map(|text| (*text).to_owned()).collect(),
        };
        MergeView {
            customer: customer(1),
            into: customer(2),
            rows: vec![
                row("customer.code", &["C-00977"], &["C-00482"]),
                row("settings.tax_id", &[], &["76.116.146-2"]),
                row("filter.segment", &["PyME"], &["PyME"]),
                row("customer.contacts", &["pagos@aguilucho.example"], &["+56 2 2345 6789"]),
            ],
            together: vec![[whole(f, 9_650), whole(f, 6_700), whole(f, 150)]],
            refusal: None,
            parts: false,
            action: "/clientes/cus_1/unir".to_owned(),
            command_id: "mrg_1".to_owned(),
            other_way: Some(Url::new("/clientes/cus_2/unir")),
            said: None,
            why: Typed::default(),
        }
    }

    /// The same, to be taken back.
    pub fn sample_part(f: &Frame) -> MergeView {
        MergeView {
            parts: true,
            other_way: None,
            said: Some("Marta Ibáñez, 12-11-2026: mismo RUT, dos códigos".to_owned()),
            ..MergeView::sample(f)
        }
    }

    /// One that cannot be done.
    pub fn sample_refused(f: &Frame) -> MergeView {
        MergeView {
            refusal: Some(f.t("wrong.already_merged").to_owned()),
            together: Vec::new(),
            ..MergeView::sample(f)
        }
    }
}

impl GroupView {
    /// A head with two companies.
    pub fn sample(f: &Frame) -> GroupView {
        let row = |index, depth, units| MemberRow {
            customer: customer(index),
            depth,
            amounts: [whole(f, units), whole(f, units / 2), whole(f, 0)],
        };
        GroupView {
            choose: ChooseView::sample(f),
            parent: Some(customer(9)),
            members: vec![row(9, 0, 12_000), row(1, 1, 8_000), row(4, 2, 1_300)],
            totals: vec![[whole(f, 21_300), whole(f, 10_650), whole(f, 0)]],
            command_id: "evt_1".to_owned(),
        }
    }
}

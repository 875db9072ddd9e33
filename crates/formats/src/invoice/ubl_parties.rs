//! The parties of a UBL document. A party may bear a dozen ids in four places; this decides which
//! is its tax id: the VAT number, else another tax registration, else the legal id, else any other
//! identification, else the account number of UBL 2.0. The others are kept beside it.
//!
//! Refuses to know which of the two is the creditor.

use super::fields::{self, Fields};
use super::ubl::Profile;
use crate::problem;
use crate::record::PartyRecord;
use crate::xml::{attribute, child, children, name, path, squeezed, text};
use puntual_core::tax_id::{self, TaxIdCheck};
use roxmltree::Node;

/// An id as a document writes it, with the two attributes that say whose scheme it is of.
struct Id {
    text: String,
    scheme_id: Option<String>,
    scheme_name: Option<String>,
}

impl Id {
    fn of(node: Node<'_, '_>) -> Option<Id> {
        Some(Id {
            text: fields::tax_id(text(node, &[]))?,
            scheme_id: attribute(node, "schemeID"),
            scheme_name: attribute(node, "schemeName"),
        })
    }
}

/// The party of a role that holds an account (`AccountingSupplierParty`, `AccountingCustomerParty`).
pub(super) fn account_party(
    root: Node<'_, '_>,
    role: &str,
    profile: Profile,
    fields: &mut Fields,
) -> PartyRecord {
    let Some(outer) = child(root, role) else { return PartyRecord::default() };
    let account = child(outer, "CustomerAssignedAccountID").and_then(Id::of).map(|mut id| {
        // UBL 2.0 of the SUNAT writes the kind of id in an element of its own.
        id.scheme_id = id.scheme_id.or_else(|| text(outer, &["AdditionalAccountID"]));
        id
    });
    let found = child(outer, "Party").unwrap_or(outer);
    party(found, account, role, profile, fields)
}

/// The party an element is, where it holds no account (`SenderParty`, `PayeeParty`).
pub(super) fn bare_party(node: Node<'_, '_>, profile: Profile, fields: &mut Fields) -> PartyRecord {
    party(node, None, name(node), profile, fields)
}

fn party(
    node: Node<'_, '_>,
    account: Option<Id>,
    role: &str,
    profile: Profile,
    fields: &mut Fields,
) -> PartyRecord {
    let mut ids: Vec<Id> = tax_registrations(node);
    ids.extend(companies(node, "PartyLegalEntity"));
    ids.extend(identifications(node));
    ids.extend(account);
    let mut ids = ids.into_iter();
    let chosen = ids.next();
    let mut party = PartyRecord {
        name: party_name(node),
        country: country(node, chosen.as_ref(), profile),
        email: email(node),
        phone: text(node, &["Contact", "Telephone"]),
        contact: text(node, &["Contact", "Name"]),
        address: address(node),
        ..PartyRecord::default()
    };
    for id in ids {
        let known = chosen.as_ref().is_some_and(|chosen| chosen.text == id.text);
        if !known && !party.other_ids.contains(&id.text) {
            party.other_ids.push(id.text);
        }
    }
    if let Some(chosen) = chosen {
        check(&chosen, &mut party, role, profile, fields);
        party.tax_id = Some(chosen.text);
    }
    fields.mend_names(&mut party);
    party
}

/// Registrations for taxes, that for VAT first.
fn tax_registrations(node: Node<'_, '_>) -> Vec<Id> {
    let is_vat = |scheme: &Node<'_, '_>| {
        text(*scheme, &["TaxScheme", "ID"]).is_none_or(|tax| tax.to_uppercase().contains("VAT"))
    };
    let (vat, others): (Vec<Node<'_, '_>>, Vec<Node<'_, '_>>) =
        children(node, "PartyTaxScheme").partition(is_vat);
    let ids = vat.into_iter().chain(others);
    ids.filter_map(|scheme| child(scheme, "CompanyID").and_then(Id::of)).collect()
}

fn companies(node: Node<'_, '_>, holder: &str) -> Vec<Id> {
    children(node, holder).filter_map(|inner| child(inner, "CompanyID").and_then(Id::of)).collect()
}

/// Other identifications; that of a creditor in the direct-debit scheme names an agreement.
fn identifications(node: Node<'_, '_>) -> Vec<Id> {
    children(node, "PartyIdentification")
        .filter_map(|inner| child(inner, "ID").and_then(Id::of))
        .filter(|id| id.scheme_id.as_deref() != Some("SEPA"))
        .collect()
}

fn party_name(node: Node<'_, '_>) -> Option<String> {
    let person = || {
        let parts = ["FirstName", "MiddleName", "FamilyName"];
        let parts = parts.iter().filter_map(|part| text(node, &["Person", part]));
        squeezed(&parts.collect::<Vec<_>>().join(" "))
    };
    [
        ["PartyLegalEntity", "RegistrationName"],
        ["PartyTaxScheme", "RegistrationName"],
        ["PartyName", "Name"],
    ]
    .iter()
    .find_map(|place| text(node, place).filter(|name| name != "-"))
    .or_else(person)
}

/// Where the party stands in its several addresses, in order of trust.
const ADDRESSES: [&[&str]; 5] = [
    &["PostalAddress"],
    &["PhysicalLocation", "Address"],
    &["PartyLegalEntity", "RegistrationAddress"],
    &["PartyTaxScheme", "RegistrationAddress"],
    &["RegistrationAddress"],
];

fn country(node: Node<'_, '_>, id: Option<&Id>, profile: Profile) -> Option<String> {
    let stated = ADDRESSES.iter().find_map(|place| {
        let code = text(path(node, place)?, &["Country", "IdentificationCode"])?;
        let code = code.to_ascii_uppercase();
        (code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic())).then_some(code)
    });
    // An id the country itself issued says more than an address.
    let scheme_id = id.and_then(|id| id.scheme_id.as_deref());
    let scheme_name = id.and_then(|id| id.scheme_name.as_deref());
    match profile {
        Profile::Sunat if matches!(scheme_id, Some("6" | "1")) => Some("PE".to_owned()),
        Profile::Dian if matches!(scheme_name, Some("31" | "13")) => Some("CO".to_owned()),
        _ => stated,
    }
}

/// The address of the contact, or the mailbox by which the party is reached on the network.
fn email(node: Node<'_, '_>) -> Option<String> {
    let endpoint = || {
        let endpoint = child(node, "EndpointID")?;
        let is_mail = attribute(endpoint, "schemeID").as_deref() == Some("EM");
        text(endpoint, &[]).filter(|_| is_mail)
    };
    text(node, &["Contact", "ElectronicMail"]).or_else(endpoint).filter(|mail| mail.contains('@'))
}

fn address(node: Node<'_, '_>) -> Option<String> {
    ADDRESSES.iter().find_map(|place| {
        let found = path(node, place)?;
        let field = |name: &str| text(found, &[name]).filter(|part| part != "-");
        let street = field("StreetName").map(|street| match field("BuildingNumber") {
            Some(number) => format!("{street} {number}"),
            None => street,
        });
        let line = text(found, &["AddressLine", "Line"]).filter(|part| part != "-");
        let town = squeezed(&format!(
            "{} {}",
            field("PostalZone").unwrap_or_default(),
            field("CityName").unwrap_or_default()
        ));
        let parts = [street, field("AdditionalStreetName"), line, town, field("District")];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    })
}

/// What the country's own rules say of the id, and its check digit where that stands apart. Test
/// ids and real ones fail their check in documents the tax office took, so it is only remarked on.
fn check(id: &Id, party: &mut PartyRecord, role: &str, profile: Profile, fields: &mut Fields) {
    let odd = match profile {
        Profile::Dian => check_nit(id, party),
        Profile::Sunat => id.scheme_id.as_deref() == Some("6") && !is_valid("PE", &id.text),
        Profile::European => id.text.starts_with("ES") && !is_valid("ES", &id.text),
    };
    if odd {
        fields.note(problem::odd_tax_id(role, &id.text));
    }
}

fn is_valid(country: &str, id: &str) -> bool {
    matches!(tax_id::check(country, id), TaxIdCheck::Valid(_) | TaxIdCheck::Generic(_))
}

/// The DIAN writes a NIT (scheme 31) without its check digit, which stands in `schemeID`; the NIT
/// of a person is the number of the cédula (scheme 13). Answers whether something is odd.
fn check_nit(id: &Id, party: &mut PartyRecord) -> bool {
    let is_nit = id.scheme_name.as_deref().is_none_or(|kind| kind == "31");
    if !(is_nit || id.scheme_name.as_deref() == Some("13")) || tax_id::is_generic("CO", &id.text) {
        return false;
    }
    if id.text.contains('-') {
        return !is_valid("CO", &id.text);
    }
    party.check_digit = tax_id::nit_check_digit(&id.text);
    let stated = id.scheme_id.as_deref().filter(|digit| is_nit && digit.len() == 1);
    let agrees = |stated: &str| stated.chars().next() == party.check_digit;
    party.check_digit.is_none() || stated.is_some_and(|stated| !agrees(stated))
}

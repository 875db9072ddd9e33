//! Customers and how to reach them.

use crate::error::StoreError;
use crate::row::Row;
use crate::value::Param;
use crate::{CustomerRange, Scope, Tx, creditor, params, placeholders};
use puntual_core::currency::Currency;
use puntual_core::id::{ContactPointId, CustomerId};

/// A customer of one creditor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// The creditor's own code for it.
    pub code: String,
    /// Legal name.
    pub name: String,
    /// Normalised tax id.
    pub tax_id: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    /// `consumer`, `sole_trader`, `micro_small_company`, `company`, `public_body` or `unknown`.
    pub person_kind: String,
    /// Segment or group.
    pub segment: Option<String>,
    /// Who collects.
    pub collector: Option<String>,
    /// Usual currency.
    pub currency: Option<Currency>,
    /// Days of credit agreed.
    pub terms_days: Option<i64>,
    /// Credit limit in smallest units of the usual currency, else of the creditor's.
    pub credit_limit_minor: Option<i64>,
    /// Language of its letters.
    pub locale: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// Lower-case, accent-free words to search by.
    pub search_text: String,
    /// The company it belongs to.
    pub parent: Option<CustomerId>,
}

/// A way to reach a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactPoint {
    /// Its id.
    pub id: ContactPointId,
    /// Whose it is.
    pub customer: CustomerId,
    /// `email`, `phone`, `whatsapp`, `address`.
    pub kind: String,
    /// The address or number.
    pub value: String,
    /// The person behind it.
    pub person: Option<String>,
    /// `ok`, `authorised` (the debtor agreed to be contacted there, as Colombia asks), `bounced`,
    /// `opted_out`.
    pub state: String,
}

/// The condition that a row is of customer `$3` or of one that counts as the same.
pub(crate) const OF_ONE: &str = "customer_id IN (SELECT customer_id FROM customer \
     WHERE workspace_id = $1 AND creditor_id = $2 AND survivor_id = (SELECT survivor_id \
     FROM customer WHERE workspace_id = $1 AND creditor_id = $2 AND customer_id = $3))";

const COLUMNS: [&str; 20] = [
    "workspace_id",
    "creditor_id",
    "customer_id",
    "code",
    "name",
    "tax_id",
    "country",
    "person_kind",
    "segment",
    "collector",
    "currency",
    "terms_days",
    "credit_limit_minor",
    "locale",
    "address",
    "search_text",
    "parent_id",
    "survivor_id",
    "version",
    "created_at",
];

fn select(condition: &str) -> String {
    format!(
        "SELECT {} FROM customer WHERE workspace_id = $1 AND creditor_id = $2 AND {condition}",
        COLUMNS[2..17].join(", ")
    )
}

fn read(row: &Row<'_>) -> Result<Customer, StoreError> {
    Ok(Customer {
        id: CustomerId(row.int(0)?),
        code: row.text(1)?,
        name: row.text(2)?,
        tax_id: row.opt_text(3)?,
        country: row.opt_text(4)?,
        person_kind: row.text(5)?,
        segment: row.opt_text(6)?,
        collector: row.opt_text(7)?,
        currency: row.opt_text(8)?.and_then(|code| code.parse().ok()),
        terms_days: row.opt_int(9)?,
        credit_limit_minor: row.opt_int(10)?,
        locale: row.opt_text(11)?,
        address: row.opt_text(12)?,
        search_text: row.text(13)?,
        parent: row.opt_int(14)?.map(CustomerId),
    })
}

/// Inserts customers.
pub fn insert_many(
    tx: &mut Tx<'_>,
    scope: Scope,
    customers: &[Customer],
    now_ms: i64,
) -> Result<(), StoreError> {
    let rows = customers.iter().map(|c| {
        params![
            scope.workspace,
            scope.creditor,
            c.id,
            &c.code,
            &c.name,
            c.tax_id.as_deref(),
            c.country.as_deref(),
            &c.person_kind,
            c.segment.as_deref(),
            c.collector.as_deref(),
            c.currency.as_ref(),
            c.terms_days,
            c.credit_limit_minor,
            c.locale.as_deref(),
            c.address.as_deref(),
            &c.search_text,
            c.parent,
            c.id,
            0_i64,
            now_ms,
        ]
        .to_vec()
    });
    if tx.insert_many("customer", &COLUMNS, rows)? > 0 {
        creditor::note_customers_changed(tx, scope)?;
    }
    Ok(())
}

/// Writes what an import or a person may change of a customer.
pub fn update(tx: &mut Tx<'_>, scope: Scope, c: &Customer) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE customer SET code = $4, name = $5, tax_id = $6, country = $7, person_kind = $8, \
         segment = $9, collector = $10, currency = $11, terms_days = $12, credit_limit_minor = $13, \
         locale = $14, address = $15, search_text = $16, parent_id = $17 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND customer_id = $3",
        &params![
            scope.workspace,
            scope.creditor,
            c.id,
            &c.code,
            &c.name,
            c.tax_id.as_deref(),
            c.country.as_deref(),
            &c.person_kind,
            c.segment.as_deref(),
            c.collector.as_deref(),
            c.currency.as_ref(),
            c.terms_days,
            c.credit_limit_minor,
            c.locale.as_deref(),
            c.address.as_deref(),
            &c.search_text,
            c.parent,
        ],
    )?;
    creditor::note_customers_changed(tx, scope)
}

/// Takes the customer's turn: whoever changes what it owes holds this row until commit. The turn of
/// a merged customer is that of who stands for it.
pub fn touch(tx: &mut Tx<'_>, scope: Scope, customer: CustomerId) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE customer SET version = version + 1 \
         WHERE workspace_id = $1 AND creditor_id = $2 AND customer_id = (SELECT survivor_id \
         FROM customer WHERE workspace_id = $1 AND creditor_id = $2 AND customer_id = $3)",
        &params![scope.workspace, scope.creditor, customer],
    )?;
    Ok(changed == 1)
}

/// One customer.
pub fn get(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
) -> Result<Option<Customer>, StoreError> {
    let sql = select("customer_id = $3");
    tx.query_one(&sql, &params![scope.workspace, scope.creditor, customer], read)
}

/// The customers with these ids, in no particular order. At most a few thousand ids.
pub fn by_ids(
    tx: &mut Tx<'_>,
    scope: Scope,
    ids: &[CustomerId],
) -> Result<Vec<Customer>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select(&format!("customer_id IN ({})", placeholders(3, ids.len())));
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(ids.iter().map(|id| Param::from(*id)));
    tx.query(&sql, &values, read)
}

/// Hands every customer of the creditor to `each`, by id.
pub fn for_each<E: From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: Scope,
    mut each: impl FnMut(Customer) -> Result<(), E>,
) -> Result<(), E> {
    let sql = select("customer_id > 0 ORDER BY customer_id");
    tx.for_each(&sql, &params![scope.workspace, scope.creditor], |row| each(read(row)?))
}

/// The customer with this code.
pub fn by_code(tx: &mut Tx<'_>, scope: Scope, code: &str) -> Result<Option<Customer>, StoreError> {
    tx.query_one(&select("code = $3"), &params![scope.workspace, scope.creditor, code], read)
}

/// Customers whose search words contain every one of `words` (lower case, no accents), by name;
/// nobody when there are no words.
pub fn search(
    tx: &mut Tx<'_>,
    scope: Scope,
    words: &[String],
    limit: i64,
) -> Result<Vec<Customer>, StoreError> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let conditions: Vec<String> =
        (0..words.len()).map(|n| format!("search_text LIKE ${} ESCAPE '!'", n + 4)).collect();
    let all = conditions.join(" AND ");
    let sql = select(&format!("{all} ORDER BY name, customer_id LIMIT $3"));
    let mut values = params![scope.workspace, scope.creditor, limit].to_vec();
    values.extend(words.iter().map(|word| Param::Owned(format!("%{}%", like(word)))));
    tx.query(&sql, &values, read)
}

/// The ids of the customers whose search words contain every one of `words`; nobody's when there
/// are no words.
pub fn ids_matching(
    tx: &mut Tx<'_>,
    scope: Scope,
    words: &[String],
) -> Result<Vec<CustomerId>, StoreError> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let conditions: Vec<String> =
        (0..words.len()).map(|n| format!("search_text LIKE ${} ESCAPE '!'", n + 3)).collect();
    let all = conditions.join(" AND ");
    let sql = format!(
        "SELECT customer_id FROM customer WHERE workspace_id = $1 AND creditor_id = $2 AND {all} \
         ORDER BY customer_id"
    );
    let mut values = params![scope.workspace, scope.creditor].to_vec();
    values.extend(words.iter().map(|word| Param::Owned(format!("%{}%", like(word)))));
    tx.query(&sql, &values, |row| Ok(CustomerId(row.int(0)?)))
}

/// Text made literal inside a LIKE pattern that escapes with `!`.
pub(crate) fn like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// Adds contact points.
pub fn insert_contact_points(
    tx: &mut Tx<'_>,
    scope: Scope,
    points: &[ContactPoint],
    now_ms: i64,
) -> Result<(), StoreError> {
    let columns = [
        "workspace_id",
        "creditor_id",
        "customer_id",
        "contact_point_id",
        "kind",
        "value",
        "person",
        "state",
        "created_at",
    ];
    let rows = points.iter().map(|p| {
        params![
            scope.workspace,
            scope.creditor,
            p.customer,
            p.id,
            &p.kind,
            &p.value,
            p.person.as_deref(),
            &p.state,
            now_ms,
        ]
        .to_vec()
    });
    tx.insert_many("contact_point", &columns, rows)?;
    Ok(())
}

/// Contact points of a customer and of those merged into it, oldest first.
pub fn contact_points(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
) -> Result<Vec<ContactPoint>, StoreError> {
    tx.query(
        &format!(
            "SELECT contact_point_id, customer_id, kind, value, person, state FROM contact_point \
             WHERE workspace_id = $1 AND creditor_id = $2 AND {OF_ONE} ORDER BY contact_point_id"
        ),
        &params![scope.workspace, scope.creditor, customer],
        read_point,
    )
}

/// The customers that can be reached somehow, by id.
pub fn ids_reachable(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<CustomerId>, StoreError> {
    tx.query(
        "SELECT DISTINCT customer_id FROM contact_point WHERE workspace_id = $1 \
         AND creditor_id = $2 AND state IN ('ok', 'authorised') ORDER BY customer_id",
        &params![scope.workspace, scope.creditor],
        |row| Ok(CustomerId(row.int(0)?)),
    )
}

/// Contact points whose address or number contains `text` (lower case), oldest first.
pub fn contact_points_like(
    tx: &mut Tx<'_>,
    scope: Scope,
    text: &str,
    limit: i64,
) -> Result<Vec<ContactPoint>, StoreError> {
    tx.query(
        "SELECT contact_point_id, customer_id, kind, value, person, state FROM contact_point \
         WHERE workspace_id = $1 AND creditor_id = $2 \
         AND REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(LOWER(value), ' ', ''), '-', ''), '(', ''), \
         ')', ''), '.', '') LIKE $3 ESCAPE '!' \
         ORDER BY contact_point_id LIMIT $4",
        &params![scope.workspace, scope.creditor, format!("%{}%", like(text)), limit],
        read_point,
    )
}

/// One contact point of a customer.
pub fn contact_point(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    point: ContactPointId,
) -> Result<Option<ContactPoint>, StoreError> {
    tx.query_one(
        &format!(
            "SELECT contact_point_id, customer_id, kind, value, person, state FROM contact_point \
             WHERE workspace_id = $1 AND creditor_id = $2 AND {OF_ONE} AND contact_point_id = $4"
        ),
        &params![scope.workspace, scope.creditor, customer, point],
        read_point,
    )
}

/// Marks a contact point `ok`, `authorised`, `bounced` or `opted_out`.
pub fn set_contact_point_state(
    tx: &mut Tx<'_>,
    scope: Scope,
    customer: CustomerId,
    point: ContactPointId,
    state: &str,
) -> Result<(), StoreError> {
    tx.execute(
        &format!(
            "UPDATE contact_point SET state = $5 WHERE workspace_id = $1 AND creditor_id = $2 \
             AND {OF_ONE} AND contact_point_id = $4"
        ),
        &params![scope.workspace, scope.creditor, customer, point, state],
    )?;
    Ok(())
}

fn read_point(row: &Row<'_>) -> Result<ContactPoint, StoreError> {
    Ok(ContactPoint {
        id: ContactPointId(row.int(0)?),
        customer: CustomerId(row.int(1)?),
        kind: row.text(2)?,
        value: row.text(3)?,
        person: row.opt_text(4)?,
        state: row.text(5)?,
    })
}

/// The customers of a range, by id.
pub fn of_range(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
) -> Result<Vec<Customer>, StoreError> {
    let sql = select("customer_id > $3 AND customer_id <= $4 ORDER BY customer_id");
    tx.query(&sql, &params![scope.workspace, scope.creditor, range.after, range.through], read)
}

/// The contact points of a range of customers, by customer, oldest first.
pub fn contact_points_of_range(
    tx: &mut Tx<'_>,
    scope: Scope,
    range: CustomerRange,
) -> Result<Vec<ContactPoint>, StoreError> {
    tx.query(
        "SELECT contact_point_id, customer_id, kind, value, person, state FROM contact_point \
         WHERE workspace_id = $1 AND creditor_id = $2 AND customer_id > $3 AND customer_id <= $4 \
         ORDER BY customer_id, contact_point_id",
        &params![scope.workspace, scope.creditor, range.after, range.through],
        read_point,
    )
}

//! A page of customers as rows are read by it: with the customers merged into them, whatever their own
//! ids are. Knows nothing of what the rows are.

use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::id::CustomerId;
use puntual_core::merge::Merged;
use puntual_store::error::StoreError;
use puntual_store::{CustomerRange, Tx, merge};
use std::collections::HashMap;

/// A page of customers with those merged into them, wherever their own ids stand.
pub(crate) struct Kin {
    /// The page.
    pub page: CustomerRange,
    /// Who is merged into it and stands outside.
    pub members: Vec<CustomerId>,
    /// Who stands for whom.
    pub merged: Merged,
}

impl Kin {
    /// A page with whoever is merged into its customers.
    pub fn load(tx: &mut Tx<'_>, ctx: &Ctx, page: CustomerRange) -> Result<Kin, ServiceError> {
        let merged = merge::merged(tx, ctx.scope())?;
        let inside = |customer: CustomerId| customer > page.after && customer <= page.through;
        let outside = merged.pairs().filter(|(customer, _)| !inside(*customer));
        let members = outside.filter(|(_, survivor)| inside(*survivor));
        let members = members.map(|(customer, _)| customer).collect();
        Ok(Kin { page, members, merged })
    }

    /// The rows of the page and of who is merged into it.
    pub fn rows<T>(
        &self,
        mut of_range: impl FnMut(CustomerRange) -> Result<Vec<T>, StoreError>,
    ) -> Result<Vec<T>, ServiceError> {
        let mut rows = of_range(self.page)?;
        for member in &self.members {
            rows.extend(of_range(CustomerRange::one(*member))?);
        }
        Ok(rows)
    }

    /// Rows by who stands for their customer.
    pub fn by_customer<T>(
        &self,
        rows: impl IntoIterator<Item = T>,
        customer: impl Fn(&T) -> CustomerId,
    ) -> HashMap<CustomerId, Vec<T>> {
        let mut grouped: HashMap<CustomerId, Vec<T>> = HashMap::new();
        for row in rows {
            grouped.entry(self.merged.survivor(customer(&row))).or_default().push(row);
        }
        grouped
    }
}

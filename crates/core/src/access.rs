//! Who may do what: four roles and the deeds of the program.
//!
//! Knows no users, sessions or pages; those ask [`may`] before they do anything.

/// What a user is within one creditor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks: management, auditors, the creditor of an agency.
    Viewer,
    /// Collects: contacts customers and records what came of it.
    Agent,
    /// Answers for the collectors, the strategies and the money applied.
    Supervisor,
    /// Also answers for users, creditors and settings.
    Admin,
}

impl Role {
    /// All roles, from the least to the most powerful.
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Agent, Role::Supervisor, Role::Admin];

    /// The word used in JSON, on the command line and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Agent => "agent",
            Role::Supervisor => "supervisor",
            Role::Admin => "admin",
        }
    }

    /// The role of that name, or `None`.
    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == text.trim())
    }
}

/// Something a user may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// See figures, documents and reports.
    ViewFigures,
    /// See customers: their names, contact points and timeline.
    ViewCustomers,
    /// Take figures and lists out of the program.
    Export,
    /// Record a contact and its outcome.
    RecordContact,
    /// Record a promise to pay.
    RecordPromise,
    /// Propose an agreement and record its acceptance, within policy.
    RecordAgreement,
    /// Open a dispute.
    OpenDispute,
    /// Change a customer's contact points and notes.
    EditCustomer,
    /// Record and allocate a payment.
    RecordPayment,
    /// Reverse a payment or an allocation.
    ReversePayment,
    /// Note mandates and collect by direct debit.
    CollectByDebit,
    /// Resolve a dispute.
    ResolveDispute,
    /// Merge two customers into one, or take that back.
    MergeCustomers,
    /// Put a customer or a receivable on hold, or lift the hold.
    PlaceHold,
    /// Bring files in.
    Import,
    /// Take an import back.
    UndoImport,
    /// Approve, drop or edit what the plan proposes.
    ApprovePlan,
    /// Run the day by hand.
    RunDay,
    /// Set one of our own policies of contact aside for a customer.
    WaivePolicy,
    /// Give customers to collectors.
    AssignWork,
    /// Write and publish strategies and templates.
    EditStrategies,
    /// Charge late interest, or take such a charge back.
    ChargeInterest,
    /// Write a debt off, or send it to legal or to an agency.
    EscalateBeyond,
    /// See who did what.
    ViewAudit,
    /// Make and change users.
    ManageUsers,
    /// Make and change creditors.
    ManageCreditors,
    /// Change settings: mail, approval, policies.
    ManageSettings,
    /// Blank a person's data, restore backups.
    ManageRecords,
}

impl Deed {
    /// The least powerful role that may do it.
    pub fn least_role(self) -> Role {
        match self {
            Deed::ViewFigures | Deed::ViewCustomers | Deed::Export => Role::Viewer,
            Deed::RecordContact
            | Deed::RecordPromise
            | Deed::RecordAgreement
            | Deed::OpenDispute
            | Deed::EditCustomer
            | Deed::RecordPayment => Role::Agent,
            Deed::ReversePayment
            | Deed::CollectByDebit
            | Deed::ResolveDispute
            | Deed::MergeCustomers
            | Deed::PlaceHold
            | Deed::Import
            | Deed::UndoImport
            | Deed::ApprovePlan
            | Deed::RunDay
            | Deed::WaivePolicy
            | Deed::AssignWork
            | Deed::EditStrategies
            | Deed::ChargeInterest
            | Deed::EscalateBeyond
            | Deed::ViewAudit => Role::Supervisor,
            Deed::ManageUsers
            | Deed::ManageCreditors
            | Deed::ManageSettings
            | Deed::ManageRecords => Role::Admin,
        }
    }
}

/// Whether a user of that role may do the deed. Each role may do all that lesser ones may.
pub fn may(role: Role, deed: Deed) -> bool {
    role >= deed.least_role()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_grow_and_keep_to_their_place() {
        assert!(may(Role::Viewer, Deed::ViewFigures));
        assert!(!may(Role::Viewer, Deed::RecordContact));
        assert!(may(Role::Agent, Deed::RecordPayment));
        assert!(!may(Role::Agent, Deed::ReversePayment));
        assert!(!may(Role::Agent, Deed::Import));
        assert!(may(Role::Supervisor, Deed::UndoImport));
        assert!(!may(Role::Supervisor, Deed::ManageUsers));
        assert!(may(Role::Admin, Deed::ManageSettings));
    }

    #[test]
    fn names_round_trip() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }
}

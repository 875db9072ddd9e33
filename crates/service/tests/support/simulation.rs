//! Two years of a creditor in one process, from a seed: invoices come, customers pay, promise and
//! dispute, the day is run and messages leave, while the program ends between any two steps and
//! other programs act in between. Every message is held against the books at the moment it leaves.

use super::books::{Books, Place, channel, day};
use super::smtp_server::{Fault, SmtpServer};
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::hours::Channel;
use puntual_core::id::{
    CustomerId, DisputeId, DocumentId, EventId, HoldId, MessageId, PaymentId, PromiseId,
};
use puntual_core::money::Money;
use puntual_service::contact_law;
use puntual_service::day as days;
use puntual_service::dispatch::dispatch_while;
use puntual_service::disputes::{self, OpenDispute};
use puntual_service::holds::{self, PutHold};
use puntual_service::payments::{self, RecordPayment};
use puntual_service::probe::Point;
use puntual_service::promises::{self, MakePromise};
use puntual_service::{check, clock};
use puntual_store::{action, customer, document, outbox, payment, receivable, standing};
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How much of a company is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub seed: u64,
    pub customers: usize,
    /// Of them, nobody touches so many: their actions must be those of an undisturbed run.
    pub quiet: usize,
    pub days: i32,
    /// Invoices a week.
    pub invoices: usize,
    /// Whether programs end and act in between.
    pub disturbed: bool,
}

/// What a simulation came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub messages: usize,
    pub taken: usize,
    pub unknown: usize,
    pub dropped: usize,
    pub releases_judged: usize,
    pub crashes: BTreeMap<&'static str, usize>,
    pub interleavings: BTreeMap<&'static str, usize>,
    pub payments: usize,
    pub reruns_that_added: usize,
}

/// The end of a program, as a panic that is caught.
struct Crash;

/// The first simulated day.
const FIRST: &str = "2024-11-25";

/// Numbers from a seed (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }
}

/// What the probe and the simulation share.
struct Shared {
    office: Books,
    rival: Books,
    numbers: Numbers,
    figures: Figures,
    /// Customers others may touch.
    busy: Vec<CustomerId>,
    server: Arc<SmtpServer>,
    failures: Vec<String>,
    disturbed: bool,
    /// Whether the mail server may misbehave: not in the last round of a day, or what is only true
    /// on that day would rightly be dropped.
    faulty: bool,
    inside: bool,
}

/// A company being simulated.
pub struct Simulation {
    size: Size,
    place: Place,
    shared: Arc<Mutex<Shared>>,
    server: Arc<SmtpServer>,
    worker: Books,
    now_ms: i64,
    node: u8,
    quiet: Vec<CustomerId>,
    issued: usize,
    numbers: Numbers,
}

fn locked(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn name_of(point: Point) -> &'static str {
    match point {
        Point::PageBegins => "page begins",
        Point::PageWritten => "page written",
        Point::MessageDue(_) => "message due",
        Point::ReleaseWritten(_) => "release written",
        Point::MessageReleased(_) => "released, not sent",
        Point::MessageSent(_) => "sent, not recorded",
        Point::FateWritten(_) => "fate written",
        Point::FateRecorded(_) => "fate recorded",
    }
}

/// Whether a transaction is open at the point, so that nobody else can write.
fn is_inside_transaction(point: Point) -> bool {
    matches!(point, Point::PageWritten | Point::ReleaseWritten(_) | Point::FateWritten(_))
}

impl Simulation {
    pub fn new(size: Size, place: Place) -> Simulation {
        let now_ms = clock::instant_of(day(FIRST), 5 * 60, "America/Santiago");
        let worker = Books::open_as(&place.url, now_ms, 3);
        let office = Books::open_as(&place.url, now_ms, 1);
        let rival = Books::open_as(&place.url, now_ms, 2);
        // The quiet ones come first: the same ids and numbers with and without the others.
        let codes: Vec<String> = (0..size.customers).map(|n| format!("C{n}")).collect();
        let customers = office.customers(&codes);
        let (quiet, busy) = customers.split_at(size.quiet);
        let server = Arc::new(SmtpServer::start(&[]).only_counting());
        let shared = Shared {
            office,
            rival,
            numbers: Numbers(size.seed),
            figures: Figures::default(),
            busy: busy.to_vec(),
            server: Arc::clone(&server),
            failures: Vec::new(),
            disturbed: size.disturbed,
            faulty: false,
            inside: false,
        };
        let mut simulation = Simulation {
            size,
            quiet: quiet.to_vec(),
            place,
            shared: Arc::new(Mutex::new(shared)),
            server,
            worker,
            now_ms,
            node: 10,
            issued: 0,
            numbers: Numbers(size.seed ^ 0x0005_eed0),
        };
        simulation.arm();
        simulation
    }

    /// Gives the worker its probe.
    fn arm(&mut self) {
        let shared = Arc::clone(&self.shared);
        self.worker.app.probe = Some(Box::new(move |point| passed(&shared, point)));
    }

    fn at(&mut self, date: Day, minute: u32) {
        let instant = clock::instant_of(date, minute, "America/Santiago");
        self.now_ms = instant.max(self.now_ms + 1_000);
        let mut shared = locked(&self.shared);
        shared.office.at(self.now_ms);
        shared.rival.at(self.now_ms);
        self.worker.at(self.now_ms);
    }

    /// Lets the worker work; when it ends in between, a new one takes its place.
    fn work(&mut self, work: impl Fn(&Books)) {
        loop {
            let worked = catch_unwind(AssertUnwindSafe(|| work(&self.worker)));
            locked(&self.shared).inside = false;
            match worked {
                Ok(()) => return,
                Err(end) if end.is::<Crash>() => {
                    self.now_ms += 1_000;
                    self.node = if self.node == u8::MAX { 10 } else { self.node + 1 };
                    self.worker = Books::open_as(&self.place.url, self.now_ms, self.node);
                    self.arm();
                }
                Err(other) => std::panic::resume_unwind(other),
            }
        }
    }

    /// Issues the invoices of a day; which customers get them is the same with and without
    /// disturbance.
    fn issue(&mut self, today: Day) {
        let mut list = Vec::new();
        // A week's worth is spread over its days.
        let count = (self.size.invoices + self.numbers.below(7)) / 7;
        for _ in 0..count {
            let who = self.numbers.below(self.size.customers);
            let due = today + 10 + self.numbers.below(50) as i32;
            let minor = 50_000 + self.numbers.below(5_000_000) as i64;
            self.issued += 1;
            let number = format!("F{:06}", self.issued);
            let shared = locked(&self.shared);
            let customer = match self.quiet.get(who) {
                Some(quiet) => *quiet,
                None => match shared.busy.get(who - self.quiet.len()) {
                    Some(busy) => *busy,
                    None => continue,
                },
            };
            list.push((customer, number, due, minor, Currency::CLP));
        }
        locked(&self.shared).office.invoices(&list);
    }

    /// One day: business, the day's run, and three rounds of sending with business between.
    fn live(&mut self, today: Day) {
        self.at(today, 5 * 60);
        self.issue(today);
        self.business(3);
        self.at(today, 6 * 60);
        self.work(|books| {
            days::run(&books.app, &books.ctx, books.ctx.today).unwrap();
        });
        // Once a week, on a day that moves with the seed's numbers and not with the disturbance.
        if self.numbers.one_in(7) {
            self.rerun();
        }
        for hour in [9, 13] {
            self.at(today, hour * 60);
            locked(&self.shared).faulty = hour < 13;
            self.business(1);
            let address = self.server.address;
            self.work(|books| {
                let channel = channel(address);
                dispatch_while(&books.app, &books.ctx, Some(&channel), 10_000, || true).unwrap();
            });
        }
    }

    /// Whatever was freed while the day ran is planned by a second run; a third adds nothing.
    fn rerun(&mut self) {
        let mut shared = locked(&self.shared);
        let rival = &shared.rival;
        let run = || days::run(&rival.app, &rival.ctx, rival.ctx.today).unwrap();
        let (second, third) = (run(), run());
        shared.figures.reruns_that_added += usize::from(second.planned > 0);
        if third.planned + third.queued + third.tasks > 0 {
            shared.failures.push(format!("the day run again added {third:?}"));
        }
    }

    fn business(&self, acts: usize) {
        let mut shared = locked(&self.shared);
        for _ in 0..acts {
            shared.act();
        }
    }

    /// Lives all days, lets what is left be sent, and looks at what became of every message.
    pub fn run(mut self) -> (Figures, BTreeMap<String, Vec<String>>) {
        let first = day(FIRST);
        for ahead in 0..self.size.days {
            self.live(first + ahead);
        }
        locked(&self.shared).disturbed = false;
        let last = first + self.size.days;
        for hour in [9, 11, 13, 15] {
            self.at(last, hour * 60);
            let address = self.server.address;
            self.work(|books| {
                let channel = channel(address);
                dispatch_while(&books.app, &books.ctx, Some(&channel), 10_000, || true).unwrap();
            });
        }
        self.account();
        let shared = locked(&self.shared);
        let told = shared.failures.join("\n");
        assert!(shared.failures.is_empty(), "seed {}:\n{told}", self.size.seed);
        (shared.figures.clone(), self.actions_of_quiet(&shared))
    }

    /// Day, step and channel of every action about a quiet customer.
    fn actions_of_quiet(&self, shared: &Shared) -> BTreeMap<String, Vec<String>> {
        let mut found = BTreeMap::new();
        for customer in &self.quiet {
            let (named, mut actions) = shared.office.write(|tx, scope, _| {
                let named = customer::get(tx, scope, *customer)?.unwrap().code;
                Ok((named, action::of_customer(tx, scope, *customer, 100_000)?))
            });
            actions.retain(|action| action.state != "dropped");
            let line = |a: &action::Action| {
                format!("{} {} {} {}", a.planned_on, a.step, a.channel, a.amount_minor)
            };
            let mut lines: Vec<String> = actions.iter().map(line).collect();
            lines.sort();
            found.insert(named, lines);
        }
        found
    }

    /// Every message against what the server took, and the books against themselves.
    fn account(&self) {
        let mut shared = locked(&self.shared);
        let taken = self.server.taken();
        let (messages, actions) = shared.office.write(|tx, scope, _| {
            let messages = outbox::list(tx, scope, None, 1_000_000)?;
            let mut actions: HashMap<MessageId, usize> = HashMap::new();
            for message in &messages {
                actions.insert(message.id, action::of_message(tx, scope, message.id)?.len());
            }
            Ok((messages, actions))
        });
        let mut failures = Vec::new();
        let mut known = 0;
        for message in &messages {
            let header = format!("<{}@acreedor.example>", message.id);
            let times = taken.get(&header).copied().unwrap_or(0);
            known += usize::from(times > 0);
            let allowed = match message.state.as_str() {
                "sent" => times == 1,
                "unknown" => times <= 1,
                "dropped" | "failed" => times == 0,
                _ => false,
            };
            if !allowed {
                failures.push(format!("{} is {} and was taken {times}", message.id, message.state));
            }
            if actions.get(&message.id) == Some(&0) {
                failures.push(format!("{} carries out no action", message.id));
            }
        }
        if known != taken.len() {
            failures.push(format!("{} messages taken that nobody queued", taken.len() - known));
        }
        let state = |state: &str| messages.iter().filter(|m| m.state == state).count();
        let audit = check::run(&shared.office.app, &shared.office.ctx).unwrap();
        let wrong = audit.into_iter().filter(|one| !one.ok);
        failures.extend(wrong.map(|one| format!("self-audit: {}: {}", one.name, one.detail)));
        shared.figures.messages = messages.len();
        shared.figures.taken = taken.values().sum();
        shared.figures.unknown = state("unknown");
        shared.figures.dropped = state("dropped");
        shared.failures.extend(failures);
    }
}

/// What happens when the worker passes a point.
fn passed(shared: &Mutex<Shared>, point: Point) {
    let ends = {
        let mut shared = locked(shared);
        if shared.inside {
            return;
        }
        if let Point::MessageReleased(message) = point {
            shared.judge(message);
        }
        if !shared.disturbed {
            return;
        }
        if let Point::MessageReleased(_) = point
            && shared.faulty
            && shared.numbers.one_in(12)
        {
            let fault = [Fault::DropAfterText, Fault::Mail(451), Fault::Nonsense];
            let fault = fault[shared.numbers.below(3)];
            shared.server.meet(fault);
        }
        if !is_inside_transaction(point) && shared.numbers.one_in(6) {
            shared.inside = true;
            *shared.figures.interleavings.entry(name_of(point)).or_default() += 1;
            shared.interleave();
            shared.inside = false;
        }
        let ends = shared.numbers.one_in(40);
        if ends {
            *shared.figures.crashes.entry(name_of(point)).or_default() += 1;
        }
        ends
    };
    if ends {
        panic_any(Crash);
    }
}

impl Shared {
    /// Another program acts.
    fn interleave(&mut self) {
        match self.numbers.below(6) {
            0 => {
                let channel = channel(self.server.address);
                let rival = &self.rival;
                dispatch_while(&rival.app, &rival.ctx, Some(&channel), 2, || true).unwrap();
            }
            1 => {
                days::run(&self.rival.app, &self.rival.ctx, self.rival.ctx.today).unwrap();
            }
            _ => self.act(),
        }
    }

    /// Somebody does something about a busy customer: mostly paying.
    fn act(&mut self) {
        if self.busy.is_empty() {
            return;
        }
        let customer = self.busy[self.numbers.below(self.busy.len())];
        let open = self.office.write(|tx, scope, _| receivable::open_of(tx, scope, customer));
        let Some(claim) = open.get(self.numbers.below(open.len().max(1))) else { return };
        let (document, open_minor) = (claim.document, claim.open_minor);
        match self.numbers.below(20) {
            0..=9 => self.pay(customer, document, open_minor),
            10..=12 => self.promise(customer, document, open_minor),
            13 | 14 => self.dispute(document, open_minor),
            15 | 16 => self.settle_dispute(customer),
            17 => self.hold(customer),
            18 => self.lift(customer),
            _ => {
                let id = EventId(self.office.app.next_id());
                let (app, ctx) = (&self.office.app, &self.office.ctx);
                contact_law::record_received(app, ctx, (id, customer), Channel::Call, None)
                    .unwrap();
            }
        }
    }

    fn pay(&mut self, customer: CustomerId, document: DocumentId, open_minor: i64) {
        let amount = match self.numbers.below(4) {
            0 => (open_minor / 2).max(1),
            1 => open_minor + 10_000,
            _ => open_minor,
        };
        let named = if self.numbers.one_in(2) { vec![(document, None)] } else { Vec::new() };
        let (app, ctx) = (&self.office.app, &self.office.ctx);
        let command = RecordPayment {
            id: PaymentId(app.next_id()),
            customer,
            amount: Money::new(amount, Currency::CLP),
            received_on: ctx.today,
            method: None,
            reference: None,
            indicated: named,
        };
        payments::record(app, ctx, &command).unwrap();
        self.figures.payments += 1;
    }

    fn promise(&mut self, customer: CustomerId, document: DocumentId, open_minor: i64) {
        let days_ahead = 1 + self.numbers.below(10) as i32;
        let (app, ctx) = (&self.office.app, &self.office.ctx);
        let command = MakePromise {
            id: PromiseId(app.next_id()),
            customer,
            document: Some(document),
            amount: Money::new(open_minor, Currency::CLP),
            promised_on: ctx.today + days_ahead,
            note: None,
        };
        // Promised already, or renewed too often: a refusal is no fault of the simulation.
        let _ = promises::make(app, ctx, &command);
    }

    fn dispute(&mut self, document: DocumentId, open_minor: i64) {
        let part = self.numbers.one_in(2).then_some((open_minor / 3).max(1));
        let (app, ctx) = (&self.office.app, &self.office.ctx);
        let id = DisputeId(app.next_id());
        let command =
            OpenDispute { id, document, amount_minor: part, reason: "not_received".into() };
        let _ = disputes::open(app, ctx, &command);
    }

    fn settle_dispute(&mut self, customer: CustomerId) {
        let open = |tx: &mut puntual_store::Tx<'_>, scope, _| {
            standing::disputes(tx, scope, Some(customer), true)
        };
        let Some(dispute) = self.office.write(open).pop() else { return };
        let (app, ctx) = (&self.office.app, &self.office.ctx);
        disputes::close(app, ctx, dispute.id, "rejected").unwrap();
    }

    fn hold(&mut self, customer: CustomerId) {
        let days_ahead = self.numbers.below(20) as i32;
        let (app, ctx) = (&self.office.app, &self.office.ctx);
        let command = PutHold {
            id: HoldId(app.next_id()),
            customer,
            kind: "hold".into(),
            until: Some(ctx.today + days_ahead),
            why: "simulation".into(),
        };
        holds::put(app, ctx, &command).unwrap();
    }

    fn lift(&mut self, customer: CustomerId) {
        let held =
            |tx: &mut puntual_store::Tx<'_>, scope, _| standing::holds(tx, scope, Some(customer));
        let Some(hold) = self.office.write(held).pop() else { return };
        holds::lift(&self.office.app, &self.office.ctx, hold.id).unwrap();
    }

    /// Holds a message about to be sent against the rows as they are: a second, naive reading.
    fn judge(&mut self, message: MessageId) {
        let today = self.office.ctx.today;
        let calendar = Calendar::of_country("CL");
        let verdict = self.office.write(|tx, scope, _| {
            let message = outbox::get(tx, scope, message)?.unwrap();
            let customer = message.customer;
            let text = message.body_text.clone().unwrap_or_default();
            let promises = standing::promises_of(tx, scope, customer)?;
            let disputes = standing::disputes(tx, scope, Some(customer), true)?;
            let mut holds = standing::holds(tx, scope, Some(customer))?;
            holds.retain(|h| h.since <= today && h.until.is_none_or(|until| today <= until));
            let mut faults = Vec::new();
            if let Some(hold) = holds.first() {
                faults.push(format!("held since {}", hold.since));
            }
            let (mut claimable, mut open, mut named_any) = (0, 0, false);
            let mut numbers_open = Vec::new();
            for claim in receivable::open_of(tx, scope, customer)? {
                let number = document::get(tx, scope, claim.document)?.unwrap().number;
                let of_document = disputes.iter().filter(|d| d.document == claim.document);
                let disputed: i64 =
                    of_document.map(|d| d.amount_minor.unwrap_or(claim.open_minor)).sum();
                let left = (claim.open_minor - disputed).max(0);
                let waited = |p: &&standing::Promise| {
                    p.state == "open"
                        && p.document.is_none_or(|document| document == claim.document)
                        && today <= calendar.add_working_days(p.promised_on, 2)
                };
                open += claim.open_minor;
                if text.contains(&number) {
                    named_any = true;
                    if let Some(promise) = promises.iter().find(waited) {
                        faults.push(format!("{number} is promised for {}", promise.promised_on));
                    }
                    if left == 0 {
                        faults.push(format!("{number} is disputed"));
                    }
                    claimable += left;
                }
                numbers_open.push(number);
            }
            for number in text.split(|c: char| !c.is_alphanumeric()).filter(|w| is_number(w)) {
                if !numbers_open.iter().any(|open| open == number) {
                    faults.push(format!("{number} is paid"));
                }
            }
            let one = puntual_store::CustomerRange::one(customer);
            let cash = payment::unapplied_of_customers(tx, scope, one)?;
            let on_account: i64 = cash.iter().map(|(_, _, minor)| *minor).sum();
            let claimed = message.claimed_minor.unwrap_or(0);
            if claimed > claimable.min(open - on_account) || !named_any {
                faults.push(format!(
                    "asks {claimed} of {claimable} claimable, {open} open less {on_account}"
                ));
            }
            let told = |fault| format!("{today} {}: {fault}", message.id);
            Ok(faults.into_iter().map(told).collect::<Vec<String>>())
        });
        self.figures.releases_judged += 1;
        self.failures.extend(verdict);
    }
}

/// A document's number as the simulation makes them: F and six digits.
fn is_number(word: &str) -> bool {
    word.len() == 7 && word.starts_with('F') && word[1..].bytes().all(|b| b.is_ascii_digit())
}

/// Keeps the planned ends of programs out of the test's output.
pub fn silence_crashes() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.payload().is::<Crash>() {
            usual(info);
        }
    }));
}

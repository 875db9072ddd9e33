//! Signing in and staying signed in.
//!
//! Decides how long a session lasts and when guessing is stopped: five failures of an e-mail or
//! of an address within fifteen minutes close the door to it until the oldest is fifteen minutes
//! old. An attempt is counted before the password is looked at, so guesses in parallel do not
//! slip through; a good one takes its count back. An unknown e-mail takes as long as a wrong
//! password and is answered with the same words. It refuses to know cookies and pages.

use crate::App;
use crate::error::ServiceError;
use crate::password;
use crate::random;
use crate::users::normal_email;
use puntual_core::id::WorkspaceId;
use puntual_store::user;
pub use puntual_store::user::{Session, User};
use puntual_store::{Tx, creditor};

/// Failures of one e-mail, or from one address, after which no more attempts are looked at.
pub const MOST_FAILURES: usize = 5;

/// The same for one address: an office of many people may stand behind it.
pub const MOST_FAILURES_OF_ADDRESS: usize = 50;

/// How long a failure counts.
pub const FAILURES_COUNT_MS: i64 = 15 * MINUTE_MS;

/// A session not used for so long is over.
pub const IDLE_MS: i64 = 8 * 60 * MINUTE_MS;

/// A session is over after so long however much it is used.
pub const LONGEST_MS: i64 = 24 * 60 * MINUTE_MS;

/// Use of a session is noted at most once in this time: a page is not a write.
const NOTED_EVERY_MS: i64 = MINUTE_MS;

const MINUTE_MS: i64 = 60_000;

/// What an attempt to sign in came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// Welcome.
    Welcome(Box<Welcome>),
    /// The pair of e-mail and password is not right; which half is not said.
    Wrong,
    /// Too many failures: nothing is looked at for so many minutes.
    Wait {
        /// At least 1.
        minutes: i64,
    },
}

/// A session just opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// What the browser keeps: `<workspace>.<secret>`. Only its hash is stored.
    pub token: String,
    /// Who signed in.
    pub user: User,
    /// The session.
    pub session: Session,
}

/// Looks at an e-mail and a password; opens a session when they are right. `address` is where the
/// browser is.
pub fn sign_in(
    app: &App,
    email: &str,
    typed_password: &str,
    address: &str,
) -> Result<SignIn, ServiceError> {
    let email = normal_email(email);
    let now_ms = app.clock.now_ms();
    let attempt = Attempt {
        id: app.next_id(),
        now_ms,
        subjects: [format!("email:{email}"), format!("address:{address}")],
    };
    let found = match app.store.write(|tx| attempt.enter(tx, &email))? {
        Entered::Wait { minutes } => return Ok(SignIn::Wait { minutes }),
        Entered::Nowhere => None,
        Entered::At { workspace, user } => user.map(|user| (workspace, user)),
    };
    // No transaction is open while the password is hashed: that takes its time on purpose.
    let Some((workspace, user)) = found else {
        password::verify_absent_user(typed_password);
        return Ok(SignIn::Wrong);
    };
    let is_right = password::verify_password(typed_password, &user.password_hash);
    if !is_right || user.disabled_at.is_some() {
        return Ok(SignIn::Wrong);
    }
    let welcome = open(workspace, user, now_ms)?;
    let rehashed = match password::needs_rehash(&welcome.user.password_hash) {
        true => password::hash_password(typed_password, random::bytes()?).ok(),
        false => None,
    };
    app.store.write(|tx| {
        attempt.forgive(tx, workspace)?;
        if let Some(password_hash) = &rehashed {
            let password_hash = password_hash.clone();
            user::update(tx, &User { password_hash, ..welcome.user.clone() })?;
        }
        user::end_expired_sessions(tx, workspace, now_ms)?;
        user::insert_session(tx, &welcome.session)?;
        Ok::<(), ServiceError>(())
    })?;
    Ok(SignIn::Welcome(Box::new(welcome)))
}

/// One attempt and what it counts against.
struct Attempt {
    id: i64,
    now_ms: i64,
    subjects: [String; 2],
}

enum Entered {
    /// There is no workspace at all.
    Nowhere,
    Wait {
        minutes: i64,
    },
    At {
        workspace: WorkspaceId,
        user: Option<User>,
    },
}

impl Attempt {
    /// Counts the attempt as failed until it is known to be good, unless there were too many.
    /// Failures are kept with the first workspace: who is not known belongs to none.
    fn enter(&self, tx: &mut Tx<'_>, email: &str) -> Result<Entered, ServiceError> {
        let workspaces = creditor::workspaces(tx)?;
        let Some((first, _)) = workspaces.first() else { return Ok(Entered::Nowhere) };
        // Everybody takes this turn, so that attempts side by side count each other.
        user::take_sign_in_turn(tx, *first)?;
        let since = self.now_ms - FAILURES_COUNT_MS;
        for subject in &self.subjects {
            let failures = user::failed_sign_in_times(tx, *first, subject, since)?;
            let most = match subject.starts_with("address:") {
                true => MOST_FAILURES_OF_ADDRESS,
                false => MOST_FAILURES,
            };
            if let Some(oldest) = failures.iter().rev().nth(most - 1) {
                let left_ms = (oldest + FAILURES_COUNT_MS - self.now_ms).max(0);
                return Ok(Entered::Wait { minutes: left_ms / MINUTE_MS + 1 });
            }
        }
        user::forget_failed_sign_ins_before(tx, *first, since)?;
        for subject in &self.subjects {
            user::note_failed_sign_in(tx, *first, subject, self.id, self.now_ms)?;
        }
        for (workspace, _) in &workspaces {
            if let Some(user) = user::by_email(tx, *workspace, email)? {
                return Ok(Entered::At { workspace: *workspace, user: Some(user) });
            }
        }
        Ok(Entered::At { workspace: *first, user: None })
    }

    /// The attempt was good: the e-mail starts afresh, the address gets this one back. Failures of
    /// an address with other e-mails go on counting: one known password must not buy guesses.
    fn forgive(&self, tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<(), ServiceError> {
        let home = creditor::workspaces(tx)?.first().map_or(workspace, |(first, _)| *first);
        let [email, address] = &self.subjects;
        user::forget_failed_sign_ins(tx, home, email)?;
        user::forget_failed_sign_in(tx, home, address, self.id)?;
        Ok(())
    }
}

fn open(workspace: WorkspaceId, user: User, now_ms: i64) -> Result<Welcome, ServiceError> {
    let secret = password::new_token(random::bytes()?);
    let session = Session {
        workspace,
        token_hash: password::token_hash(&secret),
        user: user.id,
        csrf: password::new_token(random::bytes()?),
        created_at: now_ms,
        last_seen_at: now_ms,
        expires_at: now_ms + IDLE_MS,
    };
    Ok(Welcome { token: format!("{workspace}.{secret}"), user, session })
}

/// Who a token belongs to, if its session is not over and its user may still sign in. Being asked
/// about prolongs the session.
pub fn authenticate(app: &App, token: &str) -> Result<Option<(User, Session)>, ServiceError> {
    let Some((workspace, secret)) = parts(token) else { return Ok(None) };
    let now_ms = app.clock.now_ms();
    let token_hash = password::token_hash(secret);
    let found = app.store.read(|tx| {
        let Some(session) = user::session(tx, workspace, &token_hash)? else { return Ok(None) };
        let user = user::get(tx, workspace, session.user)?;
        Ok::<_, ServiceError>(user.map(|user| (user, session)))
    })?;
    let Some((user, mut session)) = found else { return Ok(None) };
    let last = session.created_at + LONGEST_MS;
    if now_ms >= session.expires_at || now_ms >= last || user.disabled_at.is_some() {
        return Ok(None);
    }
    if now_ms - session.last_seen_at >= NOTED_EVERY_MS {
        session.last_seen_at = now_ms;
        session.expires_at = (now_ms + IDLE_MS).min(last);
        let until = session.expires_at;
        app.store.write(|tx| user::touch_session(tx, &session, now_ms, until))?;
    }
    Ok(Some((user, session)))
}

/// Ends the session of a token; a token of no session changes nothing.
pub fn sign_out(app: &App, token: &str) -> Result<(), ServiceError> {
    let Some((workspace, secret)) = parts(token) else { return Ok(()) };
    let token_hash = password::token_hash(secret);
    app.store.write(|tx| Ok(user::end_session(tx, workspace, &token_hash)?))
}

/// Whether a form repeats the secret of its session.
pub fn is_own_form(session: &Session, csrf: &str) -> bool {
    password::same_secret(&session.csrf, csrf)
}

fn parts(token: &str) -> Option<(WorkspaceId, &str)> {
    let (workspace, secret) = token.split_once('.')?;
    Some((workspace.parse().ok()?, secret))
}

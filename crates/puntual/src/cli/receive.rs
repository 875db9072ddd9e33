//! What comes in while the program serves: the watched folder and the mailboxes, each in a thread
//! of its own, so that a slow mail server keeps no file waiting.

use clap::Args;
use puntual_core::access::Role;
use puntual_service::App;
use puntual_service::creditors;
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use puntual_service::inbox::folder::Folder;
use puntual_service::inbox::mail;
use puntual_service::worker::StopFlag;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Where files come from by themselves.
#[derive(Args, Clone, Debug, Default)]
pub struct Doors {
    /// Watch this folder: files dropped in it are imported and moved to `hecho` or `con-problemas`.
    #[arg(long, value_name = "DIR", env = "PUNTUAL_INBOX")]
    inbox: Option<PathBuf>,
    /// Seconds between two looks at the folder; a file is taken when two find it unchanged.
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=3600))]
    inbox_every: u64,
    /// Password of the mailbox, for creditors whose settings hold none.
    #[arg(long, value_name = "PASSWORD", env = "PUNTUAL_IMAP_PASSWORD", hide_env_values = true)]
    imap_password: Option<String>,
}

/// How often mailboxes are read.
const MAIL_EVERY: Duration = Duration::from_secs(60);
/// How long a resting door is deaf to the wish to stop.
const NAP: Duration = Duration::from_millis(100);

/// Opens the doors; each is closed when `stop` is set.
pub fn open(
    app: &Arc<App>,
    stop: &Arc<StopFlag>,
    doors: &Doors,
    with_mail: bool,
) -> Vec<JoinHandle<()>> {
    let mut opened = Vec::new();
    if let Some(root) = doors.inbox.clone() {
        let (app, stop) = (Arc::clone(app), Arc::clone(stop));
        let every = Duration::from_secs(doors.inbox_every);
        let mut folder = None;
        opened.push(std::thread::spawn(move || {
            again_and_again(&stop, every, || look(&app, &root, &mut folder));
        }));
    }
    if with_mail {
        let (app, stop) = (Arc::clone(app), Arc::clone(stop));
        let password = doors.imap_password.clone();
        opened.push(std::thread::spawn(move || {
            again_and_again(&stop, MAIL_EVERY, || read_mail(&app, &stop, password.as_deref()));
        }));
    }
    opened
}

/// Does something every so often until told to stop. What keeps going wrong in the same way is
/// logged once.
fn again_and_again(stop: &StopFlag, every: Duration, mut act: impl FnMut() -> Result<(), String>) {
    let mut last = String::new();
    while !stop.is_set() {
        let said = act().err().unwrap_or_default();
        if said != last && !said.is_empty() {
            tracing::error!("{said}");
        }
        last = said;
        let mut rested = Duration::ZERO;
        while rested < every && !stop.is_set() {
            std::thread::sleep(NAP);
            rested += NAP;
        }
    }
}

fn look(app: &App, root: &std::path::Path, folder: &mut Option<Folder>) -> Result<(), String> {
    let said = |error: ServiceError| format!("the inbox: {error}");
    let watched = match folder {
        Some(watched) => watched,
        // Another program may hold it until it ends.
        None => folder.insert(Folder::open(root).map_err(said)?),
    };
    let looked = watched.look(app).map_err(said)?;
    if looked.done + looked.with_problems > 0 {
        tracing::info!("inbox: {} done, {} with problems", looked.done, looked.with_problems);
    }
    Ok(())
}

fn read_mail(app: &App, stop: &StopFlag, password: Option<&str>) -> Result<(), String> {
    let mut wrong = Vec::new();
    for creditor in creditors::list(app).map_err(|error| error.to_string())? {
        if stop.is_set() {
            break;
        }
        let ctx = Ctx::new(app, creditor, "inbox", Role::Supervisor);
        match mail::fetch(app, &ctx, password) {
            Ok(Some(fetched)) if fetched.messages > 0 => tracing::info!(
                "{}: {} messages, {} attachments imported",
                ctx.creditor.code,
                fetched.messages,
                fetched.attachments
            ),
            Ok(_) => {}
            Err(error) => wrong.push(format!("the mailbox of {}: {error}", ctx.creditor.code)),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

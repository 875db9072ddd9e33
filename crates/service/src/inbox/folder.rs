//! The watched folder: files dropped in it are imported and moved to `hecho/<day>`, or to
//! `con-problemas` when a person is needed, each with a small text beside it.
//!
//! A file is taken when two looks find it unchanged. Taking it is one rename into `.en-curso`, so it
//! is either still dropped or taken; what was taken and not finished when the program died is taken
//! up again. A sub-folder named like a creditor's code is that creditor's; what lies in the folder
//! itself is the default creditor's.

use super::{Arrival, Coming, Source, Taken, note_of, refuse, take};
use crate::App;
use crate::creditors::{self, Creditor};
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::imports::{Input, Options};
use puntual_core::access::Role;
use puntual_core::id::CreditorId;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Where files go that were read without remarks worth a person's time.
const DONE: &str = "hecho";
/// Where files go that need a person.
const PROBLEMS: &str = "con-problemas";
/// Where files are while they are read.
const UNDERWAY: &str = ".en-curso";
/// Held by the one program that watches the folder.
const LOCK: &str = ".puntual.lock";
/// What the folder is called in the names of its files.
const SHOWN: &str = "bandeja";
/// Endings of files that are still being written by whoever brings them.
const UNFINISHED: [&str; 6] =
    [".part", ".crdownload", ".tmp", ".filepart", ".partial", ".download"];
/// How deep sub-folders are looked into.
const DEEPEST: usize = 4;

/// A folder being watched; one program at a time.
pub struct Folder {
    root: PathBuf,
    _lock: File,
    seen: HashMap<PathBuf, Look>,
}

/// What a look found: size and time of the last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    size: u64,
    changed: Option<std::time::SystemTime>,
}

/// What one look at the folder came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Looked {
    /// Files read without problems.
    pub done: usize,
    /// Files that need a person.
    pub with_problems: usize,
}

impl Folder {
    /// Watches a folder, which is made where it is missing.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be written, `Conflict` when another program watches it.
    pub fn open(root: &Path) -> Result<Folder, ServiceError> {
        let cannot =
            |error: io::Error| ServiceError::Unavailable(format!("{}: {error}", root.display()));
        for folder in [DONE, PROBLEMS, UNDERWAY] {
            fs::create_dir_all(root.join(folder)).map_err(cannot)?;
        }
        let lock = File::create(root.join(LOCK)).map_err(cannot)?;
        lock.try_lock().map_err(|error| {
            let who = format!("{} is watched by another program ({error})", root.display());
            ServiceError::Conflict(who)
        })?;
        Ok(Folder { root: root.to_owned(), _lock: lock, seen: HashMap::new() })
    }

    /// Finishes what was underway, then takes every file that has not changed since the look
    /// before.
    pub fn look(&mut self, app: &App) -> Result<Looked, ServiceError> {
        let creditors = creditors::list(app)?;
        let mut looked = Looked::default();
        self.finish_underway(app, &creditors, &mut looked)?;
        let mut seen = HashMap::new();
        for (path, code) in self.dropped() {
            let Some(look) = look_at(&path) else { continue };
            if self.seen.get(&path) != Some(&look) {
                seen.insert(path, look);
                continue;
            }
            let wanted = match &code {
                Some(code) => creditors.iter().find(|c| c.code.eq_ignore_ascii_case(code)),
                None => default_of(&creditors),
            };
            match (wanted, default_of(&creditors)) {
                (Some(creditor), _) => self.set_underway(app, &path, creditor, true)?,
                (None, Some(creditor)) => self.set_underway(app, &path, creditor, false)?,
                // Nobody to receive it yet: it waits where it is.
                (None, None) => {}
            }
        }
        self.seen = seen;
        self.finish_underway(app, &creditors, &mut looked)?;
        Ok(looked)
    }

    /// Files dropped, each with the sub-folder it lies in, in the order of their names.
    fn dropped(&self) -> Vec<(PathBuf, Option<String>)> {
        let mut found = Vec::new();
        for path in entries(&self.root).into_iter().filter(|path| !path.is_symlink()) {
            let name = name_of(&path);
            if path.is_dir() {
                if ![DONE, PROBLEMS].contains(&name.as_str()) && !name.starts_with('.') {
                    let mut files = Vec::new();
                    files_below(&path, DEEPEST, &mut files);
                    found.extend(files.into_iter().map(|file| (file, Some(name.clone()))));
                }
            } else if is_whole(&name) {
                found.push((path, None));
            }
        }
        found
    }

    /// Takes a file: one rename into a folder of its own that says for whom it is.
    fn set_underway(
        &self,
        app: &App,
        path: &Path,
        creditor: &Creditor,
        is_known: bool,
    ) -> Result<(), ServiceError> {
        let mark = if is_known { "" } else { ".x" };
        let ticket = format!("{}.{}{mark}", app.next_id(), creditor.scope.creditor.0);
        let place = self.root.join(UNDERWAY).join(ticket).join(SHOWN);
        let taken =
            fs::create_dir_all(&place).and_then(|()| fs::rename(path, place.join(name_of(path))));
        match taken {
            Ok(()) => Ok(()),
            // Whoever brought it took it away again.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(ServiceError::Unavailable(format!("{}: {error}", path.display()))),
        }
    }

    fn finish_underway(
        &self,
        app: &App,
        creditors: &[Creditor],
        looked: &mut Looked,
    ) -> Result<(), ServiceError> {
        for place in entries(&self.root.join(UNDERWAY)) {
            let ticket = name_of(&place);
            let mut parts = ticket.split('.');
            let (id, whose) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let is_known = parts.next().is_none();
            let whose = whose.parse().ok().map(CreditorId);
            let creditor = creditors.iter().find(|c| Some(c.scope.creditor) == whose);
            let file = entries(&place.join(SHOWN)).into_iter().next();
            if let (Some(file), Some(creditor)) = (&file, creditor) {
                let ctx = Ctx::new(app, creditor.clone(), "inbox", Role::Supervisor);
                match self.finish_one(app, &ctx, file, id, is_known)? {
                    true => looked.with_problems += 1,
                    false => looked.done += 1,
                }
            }
            if file.is_none() || creditor.is_some() {
                let cleared = fs::remove_dir_all(&place);
                cleared
                    .map_err(|e| ServiceError::Unavailable(format!("{}: {e}", place.display())))?;
            }
        }
        Ok(())
    }

    /// Reads a file that was taken and puts it where it belongs; whether it needs a person.
    fn finish_one(
        &self,
        app: &App,
        ctx: &Ctx,
        file: &Path,
        ticket: &str,
        is_known: bool,
    ) -> Result<bool, ServiceError> {
        let coming = Coming {
            source: Source::Folder,
            key: format!("folder:{ticket}"),
            name: name_of(file),
            origin: String::new(),
            file: Input::Named { name: name_of(file), path: file.to_owned() },
            patience_ms: 0,
        };
        if !is_known {
            let why = (
                "La carpeta en que estaba no es el código de ningún acreedor. Déjelo en la carpeta de \
                 su acreedor, o en la de entrada para el acreedor por omisión."
                    .to_owned(),
                "The folder it was in is no creditor's code. Put it in its creditor's folder, or in \
                 the inbox itself for the default creditor."
                    .to_owned(),
            );
            return self.turn_away(app, ctx, &coming, (file, ticket), why);
        }
        if let Err(error) = File::open(file) {
            let why = (
                format!(
                    "No se puede leer el archivo: {error}. Revise sus permisos y déjelo otra vez."
                ),
                format!(
                    "The file cannot be read: {error}. Check its permissions and drop it again."
                ),
            );
            return self.turn_away(app, ctx, &coming, (file, ticket), why);
        }
        let arrival: Arrival = match take(app, ctx, coming, &Options::default())? {
            Taken::Done(arrival) => *arrival,
            Taken::Underway | Taken::OtherContent => {
                return Err(ServiceError::Bug(format!("{ticket} is somebody else's")));
            }
        };
        let (needs_somebody, text) = note_of(app, ctx, &arrival)?;
        let ctx = Ctx { now_ms: arrival.received_at, ..ctx.clone() };
        self.put_away(&ctx, file, ticket, needs_somebody, &text)?;
        Ok(needs_somebody)
    }

    /// Notes why a file was not read and lays it where a person looks, with the reason beside it.
    fn turn_away(
        &self,
        app: &App,
        ctx: &Ctx,
        coming: &Coming,
        (file, ticket): (&Path, &str),
        why: (String, String),
    ) -> Result<bool, ServiceError> {
        let text = format!("{}\r\n\r\n{}\r\n", coming.name, why.0);
        refuse(app, ctx, coming, why)?;
        self.put_away(ctx, file, ticket, true, &text)?;
        Ok(true)
    }

    /// The text first, then the file: killed in between, the same text is written again.
    fn put_away(
        &self,
        ctx: &Ctx,
        file: &Path,
        ticket: &str,
        needs_somebody: bool,
        text: &str,
    ) -> Result<(), ServiceError> {
        let day = crate::clock::day_in_zone(ctx.now_ms, &ctx.creditor.time_zone);
        let folder = match needs_somebody {
            true => self.root.join(PROBLEMS),
            false => self.root.join(DONE).join(day.to_string()),
        };
        let text = format!("{text}\r\nRef. {ticket}\r\n");
        let name = name_of(file);
        let put = || -> io::Result<()> {
            fs::create_dir_all(&folder)?;
            let is_free = |name: &str| {
                let beside = folder.join(format!("{name}.txt"));
                let own = fs::read_to_string(&beside).is_ok_and(|there| there == text);
                !folder.join(name).exists() && (own || !beside.exists())
            };
            let place = if is_free(&name) { name.clone() } else { format!("{ticket}-{name}") };
            let draft = folder.join(format!(".{ticket}.txt"));
            fs::write(&draft, &text)?;
            fs::rename(&draft, folder.join(format!("{place}.txt")))?;
            fs::rename(file, folder.join(place))
        };
        put().map_err(|error| ServiceError::Unavailable(format!("{}: {error}", file.display())))
    }
}

fn default_of(creditors: &[Creditor]) -> Option<&Creditor> {
    creditors.iter().find(|creditor| creditor.is_default).or(creditors.first())
}

fn look_at(path: &Path) -> Option<Look> {
    let found = fs::metadata(path).ok()?;
    Some(Look { size: found.len(), changed: found.modified().ok() })
}

/// What lies in a folder, by name. A folder that is gone holds nothing.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(listed) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn files_below(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        // A link may lead anywhere, round in a circle too.
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() && depth > 0 {
            files_below(&path, depth - 1, found);
        } else if path.is_file() && is_whole(&name_of(&path)) {
            found.push(path);
        }
    }
}

/// Whether a name is that of a file its bringer has finished writing and wants read.
fn is_whole(name: &str) -> bool {
    let lower = name.to_lowercase();
    !name.starts_with('.')
        && !name.starts_with("~$")
        && !UNFINISHED.iter().any(|ending| lower.ends_with(ending))
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

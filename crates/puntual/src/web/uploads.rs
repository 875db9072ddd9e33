//! Files uploaded and not finished with: waiting for answers, or being imported in the background.
//!
//! Decides where uploads lie until they are read, and that an import goes on when the page is left.
//! It refuses to know what a file says. What a batch came to is in the storage; only what is under
//! way is here, and is lost when the program ends: the file is then simply sent again, and its page
//! says so.

use super::state::lock;
use puntual_core::id::{CreditorId, ImportId};
use puntual_service::App;
use puntual_service::ctx::Ctx;
use puntual_service::import_preview::Look;
use puntual_service::imports::{self, FileReport, Input, Listener, Options, Progress};
use puntual_service::inbox;
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// How far an upload has come.
#[derive(Clone)]
pub enum Stage {
    /// Answers are needed before anything is stored.
    Asking(Arc<Look>),
    /// Being read and stored.
    Running(Progress),
    /// Stopped by a fault, in its own words.
    Failed(String),
}

/// An upload.
pub struct Upload {
    /// Whose books it is for.
    pub creditor: CreditorId,
    /// The files, in the order they came.
    pub files: Vec<PathBuf>,
    /// Whether facts count as known on their own day.
    pub is_history: bool,
    /// Who sent it.
    pub actor: String,
    folder: PathBuf,
    stage: Mutex<Stage>,
}

impl Upload {
    /// How far it has come.
    pub fn stage(&self) -> Stage {
        lock(&self.stage).clone()
    }

    /// The name of its first file.
    pub fn name(&self) -> String {
        let name = self.files.first().and_then(|path| path.file_name());
        name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn set(&self, stage: Stage) {
        *lock(&self.stage) = stage;
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // What is left behind is only a copy; the system clears its temporary folder too.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The uploads of this process.
#[derive(Default)]
pub struct Uploads {
    all: Mutex<HashMap<ImportId, Arc<Upload>>>,
}

/// Where an upload's files are written.
pub fn folder_of(import: ImportId) -> PathBuf {
    std::env::temp_dir().join(format!("puntual-{import}"))
}

/// Whether an upload lies there that no program knows of any more: one that was under way when the
/// program ended.
pub fn was_lost(import: ImportId) -> bool {
    folder_of(import).is_dir()
}

impl Uploads {
    /// The upload of an id, of a creditor.
    pub fn get(&self, import: ImportId, creditor: CreditorId) -> Option<Arc<Upload>> {
        let found = lock(&self.all).get(&import).cloned();
        found.filter(|upload| upload.creditor == creditor)
    }

    /// Those of a creditor that wait for answers.
    pub fn asking(&self, creditor: CreditorId) -> Vec<(ImportId, Arc<Upload>)> {
        let all = lock(&self.all);
        let is_asking = |upload: &Upload| matches!(upload.stage(), Stage::Asking(_));
        let own = all.iter().filter(|(_, u)| u.creditor == creditor && is_asking(u));
        let mut list: Vec<(ImportId, Arc<Upload>)> =
            own.map(|(id, upload)| (*id, Arc::clone(upload))).collect();
        list.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
        list
    }

    /// Takes an upload in whose files lie in its folder.
    pub fn add(
        &self,
        import: ImportId,
        ctx: &Ctx,
        files: Vec<PathBuf>,
        is_history: bool,
        stage: Stage,
    ) -> Arc<Upload> {
        let upload = Arc::new(Upload {
            creditor: ctx.scope().creditor,
            files,
            is_history,
            actor: ctx.actor.clone(),
            folder: folder_of(import),
            stage: Mutex::new(stage),
        });
        lock(&self.all).insert(import, Arc::clone(&upload));
        upload
    }

    /// Puts another look in the place of the one before.
    pub fn ask_again(&self, upload: &Upload, look: Arc<Look>) {
        upload.set(Stage::Asking(look));
    }

    /// Forgets an upload and removes its files.
    pub fn forget(&self, import: ImportId) {
        lock(&self.all).remove(&import);
    }
}

/// Imports in the background. When it is done the storage knows all about it.
pub fn start(
    web: Arc<super::state::Web>,
    ctx: Ctx,
    import: ImportId,
    upload: Arc<Upload>,
    options: Options,
) {
    upload.set(Stage::Running(Progress::default()));
    std::thread::spawn(move || {
        let result = run(&web.app, &ctx, import, &upload, &options);
        match result {
            Ok(()) => web.uploads.forget(import),
            Err(error) => {
                tracing::error!("import {import} failed: {error}");
                upload.set(Stage::Failed(error));
            }
        }
    });
}

fn run(
    app: &App,
    ctx: &Ctx,
    import: ImportId,
    upload: &Upload,
    options: &Options,
) -> Result<(), String> {
    let more = upload.files.len().saturating_sub(1);
    let name = upload.name();
    let name = if more > 0 { format!("{name} +{more}") } else { name };
    let noted = inbox::note_batch(app, ctx, inbox::Source::Upload, import, &name);
    noted.map_err(|error| error.to_string())?;
    // By the name its sender gave it: where it lies meanwhile is nobody's business.
    let named = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Input::Named { name: name.unwrap_or_default(), path: path.clone() }
    };
    let inputs = upload.files.iter().map(named).collect();
    let mut watcher = Watcher { upload };
    let imported = imports::import_as(app, ctx, import, inputs, options, &mut watcher);
    imported.map(|_| ()).map_err(|error| error.to_string())
}

/// Notes how far an import has come.
struct Watcher<'u> {
    upload: &'u Upload,
}

impl Listener for Watcher<'_> {
    fn file(&mut self, _report: FileReport) {}

    fn progress(&mut self, progress: &Progress) {
        self.upload.set(Stage::Running(progress.clone()));
    }
}

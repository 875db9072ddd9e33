//! `puntual demo`, `puntual serve` and `puntual work`: the long-running commands.

use super::output::{is_watched, line, note};
use super::receive::{self, Doors};
use super::{Common, Failure, Outcome};
use crate::web;
use clap::Args;
use puntual_service::App;
use puntual_service::demo_load::{self, Holding};
use puntual_service::imports;
use puntual_service::upkeep::without_password;
use puntual_service::worker::{StopFlag, Ticked, Worker};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Make a living demo of three companies in a fresh file and serve it.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual demo --listen 127.0.0.1:8080")]
pub struct Demo {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Do not open a browser.
    #[arg(long)]
    no_browser: bool,
    /// Make the demo and stop, without serving it.
    #[arg(long)]
    only_make: bool,
    /// The file the demo lives in, when no --db is given; made anew each time.
    #[arg(long, default_value = "puntual-demo.db")]
    file: String,
}

/// Serve the web and run the worker.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual serve --listen 0.0.0.0:8080 --inbox /srv/puntual/entrada")]
pub struct Serve {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Serve only; another process works.
    #[arg(long)]
    no_worker: bool,
    #[command(flatten)]
    doors: Doors,
}

/// Run the worker alone; several may run on one PostgreSQL.
#[derive(Args, Debug)]
#[command(after_help = "Example: puntual --db postgres://puntual@localhost/puntual work")]
pub struct Work {
    /// Do what is due once and stop.
    #[arg(long)]
    once: bool,
}

/// The seed of the demo's companies.
const DEMO_SEED: u64 = 20_260_101;
/// How long the worker rests when nothing is due.
const REST: Duration = Duration::from_secs(5);

/// Runs `puntual demo`. A file that holds a demo is made anew; somebody's books are never touched.
pub fn demo(common: &Common, command: &Demo) -> Result<Outcome, Failure> {
    let db = common.db.clone().unwrap_or_else(|| format!("sqlite:{}", command.file));
    let common = Common { db: Some(db), ..common.clone() };
    let app = match cleared(&common)? {
        Some(app) => app,
        None => common.open()?,
    };
    note("Preparando tres empresas de ejemplo, con su historia hasta hoy:");
    let users = demo_load::load(&app, DEMO_SEED, &mut |what| note(&format!("  · {what}")))?;
    line("");
    line(&format!("Usuarios (contraseña de todos: {}):", demo_load::PASSWORD));
    for user in &users {
        line(&format!("  {:32} {:10} {}", user.email, user.role.as_str(), user.name));
    }
    if command.only_make {
        return Ok(Outcome::Done);
    }
    let open_browser = !command.no_browser && is_watched();
    serve_app(app, command.listen, true, open_browser, &Doors::default())
}

/// The storage when it is empty; `None` when a file held a demo, which is gone now. Books that are
/// no demo, and a demo that is no file of its own, are refused.
fn cleared(common: &Common) -> Result<Option<App>, Failure> {
    let app = common.open()?;
    let file = common.db().strip_prefix("sqlite:");
    match (demo_load::holding(&app)?, file) {
        (Holding::Nothing, _) => Ok(Some(app)),
        (Holding::Demo, Some(file)) => {
            drop(app);
            for suffix in ["", "-wal", "-shm"] {
                let path = format!("{file}{suffix}");
                if Path::new(&path).exists() {
                    std::fs::remove_file(&path)?;
                }
            }
            Ok(None)
        }
        (Holding::Demo, None) => Err(Failure::Refused(
            "la base ya tiene una demostración: sírvala con «puntual serve», o dé una base vacía \
             (it holds a demo already: serve it with `puntual serve`, or name an empty database)"
                .to_owned(),
        )),
        (Holding::Books, _) => Err(Failure::Refused(format!(
            "{db} guarda libros que no son una demostración y no se toca: dé otro --db o --file \
             ({db} holds books that are no demo and stays as it is: name another --db or --file)",
            db = without_password(common.db())
        ))),
    }
}

/// Runs `puntual serve`.
pub fn serve(common: &Common, command: &Serve) -> Result<Outcome, Failure> {
    serve_app(common.open()?, command.listen, !command.no_worker, false, &command.doors)
}

fn serve_app(
    app: App,
    listen: SocketAddr,
    with_worker: bool,
    open_browser: bool,
    doors: &Doors,
) -> Result<Outcome, Failure> {
    let interrupted = imports::mark_interrupted(&app)?;
    if interrupted > 0 {
        note(&format!(
            "{interrupted} importaciones quedaron interrumpidas: importar de nuevo los mismos \
             archivos es seguro, lo que ya entró cuenta como repetido."
        ));
    }
    let app = Arc::new(app);
    let stop = Arc::new(StopFlag::default());
    let worker = with_worker.then(|| {
        let (app, stop) = (Arc::clone(&app), Arc::clone(&stop));
        std::thread::spawn(move || work_until_stopped(&app, &stop))
    });
    let received = receive::open(&app, &stop, doors, with_worker);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(web::server::serve(Arc::clone(&app), listen, |address| {
        line("");
        line(&format!("Puntual en http://{address}   (Ctrl+C para terminar)"));
        if open_browser {
            open(&format!("http://{address}"));
        }
    }));
    stop.stop();
    for thread in worker.into_iter().chain(received) {
        let _ = thread.join();
    }
    match served {
        Ok(()) => Ok(Outcome::Done),
        Err(error) => Err(Failure::Cannot(format!("no se puede escuchar en {listen}: {error}"))),
    }
}

/// Shows the address in the desktop's browser, where there is one.
fn open(address: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let _ = std::process::Command::new(opener)
        .arg(address)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
}

/// Runs `puntual work`.
pub fn work(common: &Common, command: &Work) -> Result<Outcome, Failure> {
    let app = common.open()?;
    let stop = Arc::new(StopFlag::default());
    if command.once {
        let ticked = Worker::default().tick(&app, &stop)?;
        for creditor in &ticked {
            note(&summary(creditor));
        }
        return Ok(Outcome::Done);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let on_signal = Arc::clone(&stop);
    std::thread::spawn(move || {
        runtime.block_on(web::server::stop_signal());
        on_signal.stop();
    });
    note("Trabajando. Ctrl+C para terminar.");
    work_until_stopped(&app, &stop);
    Ok(Outcome::Done)
}

fn did_something(ticked: &Ticked) -> bool {
    ticked.day.is_some() || ticked.dispatch.sent > 0 || ticked.dispatch.failed > 0
}

/// What a tick did for a creditor, in one line.
fn summary(ticked: &Ticked) -> String {
    let day = ticked.day.map(|counts| {
        format!("día: {} acciones, {} mensajes en cola; ", counts.planned, counts.queued)
    });
    let dispatch = &ticked.dispatch;
    format!(
        "{}: {}correo: {} enviados, {} por reintentar, {} fallidos",
        ticked.creditor,
        day.unwrap_or_default(),
        dispatch.sent,
        dispatch.to_retry,
        dispatch.failed
    )
}

fn work_until_stopped(app: &App, stop: &StopFlag) {
    let mut worker = Worker::default();
    while !stop.is_set() {
        match worker.tick(app, stop) {
            Ok(ticked) => {
                for creditor in ticked.iter().filter(|ticked| did_something(ticked)) {
                    tracing::info!("{}", summary(creditor));
                }
            }
            // The storage may be away for a while; the work is still there when it is back.
            Err(error) => tracing::error!("the worker could not work: {error}"),
        }
        let mut rested = Duration::ZERO;
        while rested < REST && !stop.is_set() {
            std::thread::sleep(Duration::from_millis(100));
            rested += Duration::from_millis(100);
        }
    }
}

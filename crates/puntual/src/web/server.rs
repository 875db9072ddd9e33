//! The server: every address with what answers it, and what is true of every answer.
//!
//! Decides the route table, limits, headers, compression and how the server stops. Use cases run
//! on blocking threads, so that a slow question holds up nobody else. It refuses to know a page.

use super::assets;
use super::auth;
use super::cookie;
use super::csrf;
use super::error_page;
use super::frame::Section;
use super::handlers::{
    agreements, api, approvals, bank, contact, creditor_card, customer, customers, day, document,
    documents, doors, forecast, groups, guard, inbox, indicators, interest, likely_duplicates,
    matching, merges, messages, money, own_password, plan, provision, quarantine, remittances,
    search, settings, strategies, upload, users,
};
use super::state::{Shared, Web};
use super::url::Url;
use super::view::errors::Fault;
use super::visit::{Answer, Form, Visit};
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{DefaultBodyLimit, FromRequestParts, RawPathParams, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use puntual_service::App;
use puntual_service::ctx::Ctx;
use puntual_service::error::ServiceError;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// Most bytes of a form.
const FORM_BYTES: usize = 64 * 1024;

/// Serves the web until a signal ends it; requests under way are finished first. `on_ready` hears
/// the address once it can be reached.
pub async fn serve(
    app: Arc<App>,
    listen: SocketAddr,
    on_ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let web = Arc::new(Web::new(app));
    let service = router(web).into_make_service_with_connect_info::<SocketAddr>();
    on_ready(address);
    axum::serve(listener, service).with_graceful_shutdown(stop_signal()).await
}

/// Waits for Ctrl+C or the signal to end.
pub async fn stop_signal() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

/// Every address, one line each.
fn routes() -> Router<Shared> {
    use Section::{Customers, Day, Documents, Import};
    Router::new()
        .route("/salud", get(health))
        .route("/a/{file}", get(assets::serve))
        .route("/entrar", get(door).post(enter))
        .route("/preferencias", post(prefer))
        .route("/salir", deed(Day, day::leave))
        .route("/acreedor", deed(Day, day::choose_creditor))
        .route("/contrasena", page(Day, own_password::show).merge(deed(Day, own_password::change)))
        .route("/", page(Day, day::show))
        .route("/buscar", page(Customers, search::show))
        .route("/clientes", page(Customers, customers::list))
        .route("/clientes/exportar", page(Customers, customers::export))
        .route("/clientes/{id}", page(Customers, customer::show))
        .route("/clientes/{id}/estado-de-cuenta.pdf", page(Customers, customer::statement))
        .route("/clientes/{id}/gestion", deed(Customers, contact::record_contact))
        .route("/clientes/{id}/nota", deed(Customers, contact::record_note))
        .route("/clientes/{id}/promesa", deed(Customers, contact::record_promise))
        .route("/clientes/{id}/pago", deed(Customers, contact::record_payment))
        .route("/clientes/{id}/siguiente", page(Customers, customer::next_case))
        .route("/clientes/{id}/aviso.pdf", page(Customers, customer::preview))
        .route("/clientes/{id}/retencion", deed(Customers, contact::put_hold))
        .route("/clientes/{id}/contactos", deed(Customers, contact::add_point))
        .route("/clientes/{id}/contactos/{point}", deed(Customers, contact::mark_point))
        .route("/retenciones/{id}/levantar", deed(Customers, contact::lift_hold))
        .route("/promesas/{id}/anular", deed(Customers, contact::cancel_promise))
        .route("/clientes/{id}/pagos", page(Customers, money::show))
        .route("/clientes/{id}/aplicar", deed(Customers, money::apply))
        .route("/pagos/{id}/deshacer", deed(Customers, contact::undo_payment))
        .route("/pagos/{id}/devolver", deed(Customers, money::bounce))
        .route("/pagos/{id}/cobrar", deed(Customers, money::unbounce))
        .route("/documentos/{id}/desaplicar", deed(Documents, money::unapply))
        .route("/documentos/{id}/castigar", deed(Documents, money::write_off))
        .route("/documentos/{id}/decidir-castigo", deed(Documents, money::decide_write_off))
        .route("/documentos/{id}/reponer", deed(Documents, money::reinstate))
        .route("/documentos/{id}/disputa", deed(Documents, contact::open_dispute))
        .route("/disputas/{id}/cerrar", deed(Documents, contact::close_dispute))
        .route("/documentos", page(Documents, documents::list))
        .route("/documentos/exportar", page(Documents, documents::export))
        .route("/documentos/{id}", page(Documents, document::show))
        .merge(debit_routes())
        .merge(message_routes())
        .route(
            "/importar",
            page(Import, upload::list).post(receive).layer(DefaultBodyLimit::disable()),
        )
        .route("/api/v1/imports", post(called).layer(DefaultBodyLimit::disable()))
        .route("/importar/bandeja", page(Import, inbox::list))
        .route("/importar/cuarentena", page(Import, quarantine::list))
        .route(
            "/importar/cuarentena/{id}",
            page(Import, quarantine::show).merge(deed(Import, quarantine::decide)),
        )
        .route("/importar/archivo/{hash}", page(Import, quarantine::file))
        .route("/importar/{id}", page(Import, upload::show))
        .route("/importar/{id}/avance", page(Import, upload::progress))
        .route("/importar/{id}/confirmar", deed(Import, upload::confirm))
        .route("/importar/{id}/deshacer", deed(Import, upload::undo))
        .merge(agreement_routes())
        .merge(matching_routes())
        .merge(figure_routes())
        .merge(kin_routes())
        .merge(strategy_routes())
        .merge(settings_routes())
}

/// Mensajes.
fn message_routes() -> Router<Shared> {
    use Section::Messages;
    Router::new()
        .route("/mensajes", page(Messages, messages::list))
        .route("/mensajes/plan", page(Messages, plan::show))
        .route("/mensajes/plan/ejecutar", deed(Messages, plan::run))
        .route("/mensajes/guardian", page(Messages, guard::list))
        .route("/mensajes/guardian/exportar", page(Messages, guard::export))
        .route("/mensajes/{id}", page(Messages, messages::show))
        .route("/mensajes/{id}/adjunto.pdf", page(Messages, messages::attachment))
        .route("/mensajes/{id}/retener", deed(Messages, messages::hold_back))
        .route("/mensajes/{id}/reenviar", deed(Messages, messages::resend))
        .route("/mensajes/{id}/no-enviar", deed(Messages, messages::give_up))
}

/// Estrategias.
fn strategy_routes() -> Router<Shared> {
    use Section::Strategies;
    Router::new()
        .route("/estrategias", page(Strategies, strategies::list))
        .route(
            "/estrategias/aprobar",
            page(Strategies, approvals::list).merge(deed(Strategies, approvals::decide)),
        )
        .route("/estrategias/asignaciones", deed(Strategies, strategies::assign))
        .route("/estrategias/asignaciones/{id}/terminar", deed(Strategies, strategies::end))
        .route(
            "/estrategias/{code}",
            page(Strategies, strategies::show).merge(deed(Strategies, strategies::write)),
        )
        .route("/estrategias/{code}/migrar/{version}", deed(Strategies, strategies::migrate))
}

/// Convenios e intereses.
fn agreement_routes() -> Router<Shared> {
    use Section::{Agreements, Documents};
    Router::new()
        .route("/documentos/{id}/intereses", page(Documents, interest::show))
        .route("/documentos/{id}/cobrar-intereses", deed(Documents, interest::charge))
        .route("/documentos/{id}/anular-intereses", deed(Documents, interest::take_back))
        .route("/convenios", page(Agreements, agreements::list))
        .route("/convenios/proponer", deed(Agreements, agreements::propose))
        .route("/convenios/nuevo", page(Agreements, agreements::form))
        .route("/convenios/{id}", page(Agreements, agreements::show))
        .route("/convenios/{id}/convenio.pdf", page(Agreements, agreements::pdf))
        .route("/convenios/{id}/aprobar", deed(Agreements, agreements::approve))
        .route("/convenios/{id}/aceptar", deed(Agreements, agreements::accept))
        .route("/convenios/{id}/retirar", deed(Agreements, agreements::withdraw))
}

/// Indicadores y proyección.
fn figure_routes() -> Router<Shared> {
    use Section::{Forecast, Indicators};
    Router::new()
        .route("/indicadores", page(Indicators, indicators::show))
        .route("/indicadores/exportar", page(Indicators, indicators::export))
        .route("/indicadores/provision", page(Indicators, provision::show))
        .route("/indicadores/provision/exportar", page(Indicators, provision::export))
        .route("/proyeccion", page(Forecast, forecast::show))
        .route("/proyeccion/exportar", page(Forecast, forecast::export))
}

/// Banco y conciliación.
fn matching_routes() -> Router<Shared> {
    use Section::Bank;
    Router::new()
        .route("/banco", page(Bank, bank::list))
        .route("/cobros", page(Bank, matching::list))
        .route("/cobros/aplicar", deed(Bank, matching::apply_allowed))
        .route("/cobros/{id}", page(Bank, matching::show))
        .route("/cobros/{id}/aplicar", deed(Bank, matching::accept))
        .route("/cobros/{id}/dividir", deed(Bank, matching::divide))
        .route("/cobros/{id}/apartar", deed(Bank, matching::ignore))
        .route("/cobros/{id}/reponer", deed(Bank, matching::unignore))
        .route("/cobros/{id}/deshacer", deed(Bank, matching::undo))
}

/// Who a customer is: like another, merged with it, one of a group.
fn kin_routes() -> Router<Shared> {
    use Section::Customers;
    Router::new()
        .route("/clientes/parecidos", page(Customers, likely_duplicates::list))
        .route("/clientes/parecidos/descartar", deed(Customers, likely_duplicates::dismiss))
        .route("/clientes/parecidos/proponer", deed(Customers, likely_duplicates::propose_again))
        .route(
            "/clientes/{id}/unir",
            page(Customers, merges::show).merge(deed(Customers, merges::join)),
        )
        .route(
            "/uniones/{id}/separar",
            page(Customers, merges::show_part).merge(deed(Customers, merges::part)),
        )
        .route("/clientes/{id}/grupo", page(Customers, groups::show))
        .route("/clientes/{id}/matriz", deed(Customers, groups::set))
        .route("/clientes/{id}/matriz/quitar", deed(Customers, groups::leave))
}

/// Remesas.
fn debit_routes() -> Router<Shared> {
    use Section::Bank;
    Router::new()
        .route("/remesas", page(Bank, remittances::list).merge(deed(Bank, remittances::make)))
        .route("/remesas/cuenta", deed(Bank, remittances::save_collector))
        .route("/remesas/nueva", page(Bank, remittances::propose))
        .route(
            "/remesas/mandatos",
            page(Bank, remittances::mandates).merge(deed(Bank, remittances::add_mandate)),
        )
        .route("/remesas/mandatos/{id}/revocar", deed(Bank, remittances::revoke))
        .route("/remesas/{id}", page(Bank, remittances::show))
        .route("/remesas/{id}/pain008.xml", page(Bank, remittances::file))
        .route("/remesas/{id}/abonada", deed(Bank, remittances::credited))
        .route("/remesas/{id}/anular", deed(Bank, remittances::cancel))
}

/// Ajustes.
fn settings_routes() -> Router<Shared> {
    use Section::Settings;
    Router::new()
        .route("/ajustes", page(Settings, settings::creditors))
        .route("/ajustes/acreedores", deed(Settings, settings::add_creditor))
        .route("/ajustes/usuarios", page(Settings, users::list).merge(deed(Settings, users::add)))
        .route(
            "/ajustes/datos",
            page(Settings, creditor_card::show).merge(deed(Settings, creditor_card::save)),
        )
        .route("/ajustes/usuarios/{id}/rol", deed(Settings, users::set_role))
        .route("/ajustes/usuarios/{id}/acreedores", deed(Settings, users::assign))
        .route("/ajustes/usuarios/{id}/activo", deed(Settings, users::set_active))
        .route(
            "/ajustes/correo",
            page(Settings, settings::mail).merge(deed(Settings, settings::save_mail)),
        )
        .route("/ajustes/correo/probar", deed(Settings, settings::try_mail))
        .route(
            "/ajustes/buzon",
            page(Settings, doors::mailbox).merge(deed(Settings, doors::save_mailbox)),
        )
        .route(
            "/ajustes/programas",
            page(Settings, doors::tokens).merge(deed(Settings, doors::add_token)),
        )
        .route("/ajustes/programas/{id}/revocar", deed(Settings, doors::revoke_token))
        .route(
            "/ajustes/tramos",
            page(Settings, settings::buckets).merge(deed(Settings, settings::save_buckets)),
        )
}

/// The routes with what is true of every answer.
fn router(web: Shared) -> Router {
    routes()
        .fallback(nowhere)
        .layer(CatchPanicLayer::custom(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(Arc::clone(&web), around))
        .with_state(web)
}

/// What a page's handler is.
type Handler = fn(&Visit) -> Answer;

/// An address that shows something.
fn page(section: Section, show: Handler) -> MethodRouter<Shared> {
    get(move |State(web): State<Shared>, request: Request| visit(web, section, request, show))
}

/// An address that changes something.
fn deed(section: Section, act: Handler) -> MethodRouter<Shared> {
    post(move |State(web): State<Shared>, request: Request| visit(web, section, request, act))
}

/// The code by which a request is found in the log.
#[derive(Clone)]
struct RequestId(String);

/// What happens around every request: its code, its headers, its line in the log.
async fn around(State(web): State<Shared>, mut request: Request, next: Next) -> Response {
    let id = format!("{:x}", web.app.next_id());
    let line = format!("{} {}", request.method(), request.uri().path());
    let is_secure = auth::is_secure(request.headers());
    let headers = request.headers().clone();
    let asks_for_page = request.method() == Method::GET;
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    let status = response.status();
    if status.is_server_error() {
        tracing::error!(request_id = id, status = status.as_u16(), "{line}");
    } else {
        tracing::debug!(request_id = id, status = status.as_u16(), "{line}");
    }
    if status.is_server_error() && !response.headers().contains_key(header::CONTENT_TYPE) {
        response = error_page::bare(&headers, Fault::Bug, &id);
    }
    add_headers(response.headers_mut(), &id, is_secure, asks_for_page);
    response
}

fn add_headers(headers: &mut HeaderMap, id: &str, is_secure: bool, asks_for_page: bool) {
    let mut add = |name: HeaderName, value: &str| {
        if let (false, Ok(value)) = (headers.contains_key(&name), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    };
    add(header::CONTENT_SECURITY_POLICY, assets::CONTENT_SECURITY_POLICY);
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, "same-origin");
    add(header::X_FRAME_OPTIONS, "DENY");
    add(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    add(HeaderName::from_static("x-request-id"), id);
    add(header::CACHE_CONTROL, "no-store");
    if asks_for_page {
        add(HeaderName::from_static("speculation-rules"), &assets::speculation_header());
    }
    if is_secure {
        add(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

fn id_of(parts: &Parts) -> String {
    parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// Runs what may wait on storage where waiting holds up nobody. A panic becomes the page that says
/// it is our fault.
async fn blocking(
    headers: HeaderMap,
    request_id: String,
    work: impl FnOnce() -> Response + Send + 'static,
) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(request_id, "{error}");
            error_page::bare(&headers, Fault::Bug, &request_id)
        }
    }
}

/// One request of somebody signed in.
async fn visit(web: Shared, section: Section, request: Request, show: Handler) -> Response {
    let (mut parts, body) = request.into_parts();
    let request_id = id_of(&parts);
    let path = path_of(&mut parts).await;
    let Ok(body) = to_bytes(body, FORM_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let headers = parts.headers.clone();
    blocking(headers, request_id, move || answer(web, section, &parts, path, &body, show)).await
}

async fn path_of(parts: &mut Parts) -> Vec<(String, String)> {
    let params = RawPathParams::from_request_parts(parts, &()).await;
    let pairs = params.iter().flatten();
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn answer(
    web: Shared,
    section: Section,
    parts: &Parts,
    path: Vec<(String, String)>,
    body: &[u8],
    show: Handler,
) -> Response {
    let visit = match receive_visit(web, section, parts, path) {
        Ok(Ok(visit)) => visit,
        Ok(Err(response)) => return response,
        Err(error) => return bare_failure(&error, parts),
    };
    let visit = Visit { form: Form::read(body), ..visit };
    if parts.method == Method::POST && !csrf::is_own(&visit.signed, visit.form.get(csrf::FIELD)) {
        return error_page::framed(&visit, Fault::Expired, "");
    }
    match show(&visit) {
        Ok(response) => response,
        Err(error) => {
            error_page::log(&error, visit.url.path(), &visit.request_id);
            let (kind, detail) = error_page::of(&error);
            error_page::framed(&visit, kind, &detail)
        }
    }
}

fn bare_failure(error: &ServiceError, parts: &Parts) -> Response {
    let id = id_of(parts);
    error_page::log(error, parts.uri.path(), &id);
    error_page::bare(&parts.headers, error_page::of(error).0, &id)
}

/// The visit of whoever is signed in, or the answer that leads elsewhere.
pub(super) fn receive_visit(
    web: Shared,
    section: Section,
    parts: &Parts,
    path: Vec<(String, String)>,
) -> Result<Result<Visit, Response>, ServiceError> {
    let Some(signed) = auth::who(&web.app, &parts.headers)? else {
        return Ok(Err(auth::to_door(parts)));
    };
    let query = Form::read(parts.uri.query().unwrap_or_default().as_bytes());
    let kept = cookie::read(&parts.headers, cookie::CREDITOR);
    let asked = query.get(cookie::CREDITOR).map(str::to_owned).or(kept);
    let Some((ctx, creditors)) = Ctx::of_user(&web.app, &signed.user, asked.as_deref())? else {
        return Ok(Err(error_page::bare(&parts.headers, Fault::NotFound, &id_of(parts))));
    };
    let pairs = query.pairs().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let url = Url::from_parts(parts.uri.path(), pairs);
    let (headers, request_id) = (parts.headers.clone(), id_of(parts));
    let form = Form::default();
    Ok(Ok(Visit { web, signed, ctx, creditors, url, form, path, section, request_id, headers }))
}

/// `POST /importar`: the only request whose body is large, and is written to disk as it comes.
async fn receive(State(web): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (head, shared) = (parts.clone(), Arc::clone(&web));
    let known = tokio::task::spawn_blocking(move || {
        match receive_visit(shared, Section::Import, &head, Vec::new()) {
            Ok(known) => known.map_err(Box::new),
            Err(error) => Err(Box::new(bare_failure(&error, &head))),
        }
    });
    match known.await {
        Ok(Ok(visit)) => upload::receive(visit, Request::from_parts(parts, body)).await,
        Ok(Err(response)) => *response,
        Err(_) => error_page::bare(&parts.headers, Fault::Bug, &id_of(&parts)),
    }
}

/// `POST /api/v1/imports`: a program speaking for a person, without session or cookie.
async fn called(State(web): State<Shared>, request: Request) -> Response {
    api::imports(web, request).await
}

async fn door(State(web): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (headers, id) = (parts.headers.clone(), id_of(&parts));
    blocking(headers, id, move || {
        auth::door(&web, &parts).unwrap_or_else(|error| bare_failure(&error, &parts))
    })
    .await
}

type AtDoor = fn(&Shared, &Parts, &[u8]) -> Answer;

async fn post_at_door(web: Shared, request: Request, act: AtDoor) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, FORM_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let (headers, id) = (parts.headers.clone(), id_of(&parts));
    blocking(headers, id, move || {
        act(&web, &parts, &body).unwrap_or_else(|error| bare_failure(&error, &parts))
    })
    .await
}

async fn enter(State(web): State<Shared>, request: Request) -> Response {
    post_at_door(web, request, auth::enter).await
}

async fn prefer(State(web): State<Shared>, request: Request) -> Response {
    post_at_door(web, request, auth::prefer).await
}

/// Whether the program is up and reaches its storage, for whoever watches over it.
async fn health(State(web): State<Shared>) -> Response {
    let reached =
        tokio::task::spawn_blocking(move || puntual_service::creditors::list(&web.app).is_ok());
    match reached.await {
        Ok(true) => "ok\n".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "no storage\n").into_response(),
    }
}

/// An address of nothing.
async fn nowhere(State(web): State<Shared>, request: Request) -> Response {
    visit(web, Section::Day, request, |_| Err(ServiceError::NotFound(String::new()))).await
}

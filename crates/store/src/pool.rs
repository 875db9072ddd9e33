//! Opening connections of either engine and keeping a few of them ready.

use crate::engine::Connection;
use crate::error::StoreError;
use postgres::config::Host;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where the storage is.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Box<postgres::Config>),
}

impl Place {
    /// Reads `sqlite:PATH` or `postgres://…`.
    pub(crate) fn parse(url: &str) -> Result<Place, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Ok(Place::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let config: postgres::Config = url.parse().map_err(|error: postgres::Error| {
                StoreError::Unavailable(format!("the address is not understood: {error}"))
            })?;
            return Ok(Place::Postgres(Box::new(config)));
        }
        Err(StoreError::Unavailable(format!(
            "the address must start with sqlite: or postgres://, not {url:?}"
        )))
    }

    /// At most this many connections at a time.
    pub(crate) fn pool_size(&self) -> u32 {
        match self {
            Place::Sqlite(_) => 8,
            Place::Postgres(_) => 16,
        }
    }
}

impl r2d2::ManageConnection for Place {
    type Connection = Connection;
    type Error = StoreError;

    fn connect(&self) -> Result<Connection, StoreError> {
        match self {
            Place::Sqlite(path) => {
                let db = rusqlite::Connection::open(path)?;
                db.busy_timeout(Duration::from_secs(30))?;
                db.set_prepared_statement_cache_capacity(200);
                // FULL: a commit that was answered survives a power cut, because a message may
                // have left on its strength.
                db.execute_batch(
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
                     PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;
                     PRAGMA wal_autocheckpoint=24000;",
                )?;
                Ok(Connection::Sqlite(db))
            }
            Place::Postgres(config) => {
                // A socket of this machine has no name that a certificate could be for.
                let is_socket = |host: &Host| matches!(host, Host::Unix(_));
                let client = match config.get_hosts().iter().all(is_socket) {
                    true => config.connect(postgres::NoTls)?,
                    false => config.connect(tls())?,
                };
                let (statements, copy_types) = (HashMap::new(), HashMap::new());
                Ok(Connection::Postgres { client, statements, copy_types })
            }
        }
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<(), StoreError> {
        connection.batch("SELECT 1")
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        match connection {
            // A connection returned inside a transaction was left there by a failure.
            Connection::Sqlite(db) => !db.is_autocommit(),
            Connection::Postgres { client, .. } => client.is_closed(),
        }
    }
}

/// TLS when the server offers or demands it (`sslmode` in the address decides).
fn tls() -> tokio_postgres_rustls::MakeRustlsConnect {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring supports the default protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    tokio_postgres_rustls::MakeRustlsConnect::new(config)
}

//! Exports: what a page shows, as a file with the day in its name.

use crate::web::visit::{Answer, Visit};
use puntual_service::error::ServiceError;
use puntual_service::exports;
use puntual_service::sheets;
pub use puntual_service::sheets::Cell;

/// A file being filled with what a page shows.
pub struct Sheet {
    inner: sheets::Sheet,
    format: &'static str,
}

impl Sheet {
    /// Begins the file the address asks for: `formato=csv` or `xlsx`.
    pub fn new(visit: &Visit, titles: &[String]) -> Result<Sheet, ServiceError> {
        let format = if visit.param("formato") == Some("xlsx") { "xlsx" } else { "csv" };
        let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        Ok(Sheet { inner: sheets::Sheet::new(&visit.ctx, format, &titles)?, format })
    }

    /// Writes a row.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), ServiceError> {
        self.inner.row(cells)
    }

    /// Sends the file.
    pub fn send(self, visit: &Visit, what: &str) -> Answer {
        let name = exports::file_name(&visit.ctx, what, visit.at().as_of, self.format);
        let kind = match self.format {
            "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _ => "text/csv; charset=utf-8",
        };
        let content = self.inner.finish()?;
        visit.file(&name, kind, content)
    }
}

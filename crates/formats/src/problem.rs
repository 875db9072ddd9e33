//! The catalogue of what can be wrong with an input: one function per problem, with its stable
//! code, how bad it is, and the words, Spanish and English, that say what, where and what to do.
//!
//! Decides nothing about when a problem occurs; the readers do. Texts carry no jargon of XML
//! where the person at the screen can act without it.

use crate::record::{Problem, Status};

mod bank;
mod bank_order;
mod bank_text;
mod european;
mod invoice;
mod ubl;

pub use bank::*;
pub use bank_order::*;
pub use bank_text::*;
pub use european::*;
pub use invoice::*;
pub use ubl::*;

impl Problem {
    /// The one constructor. `place` is where (a member, row, element; empty for the whole file);
    /// `es` and `en` end with what to do about it.
    pub fn new(
        status: Status,
        code: &'static str,
        place: impl Into<String>,
        es: impl Into<String>,
        en: impl Into<String>,
    ) -> Problem {
        Problem { status, place: place.into(), code, es: es.into(), en: en.into() }
    }

    /// The same problem, said of another place.
    pub fn at(mut self, place: impl Into<String>) -> Problem {
        self.place = place.into();
        self
    }
}

fn whole(
    status: Status,
    code: &'static str,
    es: impl Into<String>,
    en: impl Into<String>,
) -> Problem {
    Problem::new(status, code, "", es, en)
}

/// Longest piece of the input repeated in a message.
const QUOTE_CHARS: usize = 80;

/// A piece of the input made fit for a message: one line, printable, short.
pub fn quoted(text: &str) -> String {
    let clean: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(QUOTE_CHARS).collect();
    if text.chars().nth(QUOTE_CHARS).is_some() {
        format!("«{clean}…»")
    } else {
        format!("«{clean}»")
    }
}

// ---- Files as a whole ----

/// Nothing in it, or only blanks.
pub fn empty_file() -> Problem {
    whole(
        Status::Reject,
        "empty_file",
        "El archivo está vacío. Vuelva a descargarlo o expórtelo de nuevo.",
        "The file is empty. Download or export it again.",
    )
}

/// A web page where an invoice was expected.
pub fn html_page() -> Problem {
    whole(
        Status::Reject,
        "html_page",
        "No es una factura ni un extracto sino una página web, probablemente el aviso de error o \
         de sesión vencida del portal de descarga. Entre de nuevo al portal y descargue el archivo.",
        "This is a web page, not an invoice or a statement: probably an error or expired-session \
         page of the download portal. Sign in again and download the file.",
    )
}

/// An archive of a kind that is not read.
pub fn other_archive(kind: &'static str) -> Problem {
    whole(
        Status::Reject,
        "archive_not_read",
        format!("Es un archivo comprimido {kind}, que no se lee. Envíelo como .zip."),
        format!("This is a {kind} archive, which is not read. Send it as .zip."),
    )
}

/// Named .xml but not XML.
pub fn not_xml() -> Problem {
    whole(
        Status::Reject,
        "not_xml",
        "Se llama .xml pero su contenido no lo es. Descárguelo de nuevo desde su origen.",
        "It is called .xml, but its content is not XML. Download it again from its source.",
    )
}

/// Binary content of no known kind.
pub fn binary() -> Problem {
    whole(
        Status::Reject,
        "binary_content",
        "El contenido es binario y no corresponde a ningún formato conocido. Se aceptan facturas \
         en XML o dentro de un PDF, archivos de banco, CSV, XLSX y ZIP.",
        "The content is binary and of no known format. Invoices as XML or inside a PDF, bank \
         files, CSV, XLSX and ZIP are accepted.",
    )
}

/// Text of no known kind.
pub fn unknown_content() -> Problem {
    whole(
        Status::Reject,
        "unknown_content",
        "No se reconoce el contenido: ni XML, ni archivo de banco, ni tabla con encabezados. Se \
         aceptan facturas en XML o dentro de un PDF, archivos de banco, CSV, XLSX y ZIP.",
        "The content is not recognised: neither XML, nor a bank file, nor a table with headers. \
         Invoices as XML or inside a PDF, bank files, CSV, XLSX and ZIP are accepted.",
    )
}

// ---- Bytes and XML ----

/// Declared one encoding, written in another; the text was recovered.
pub fn encoding_repaired(declared: &str, actual: &str) -> Problem {
    let declared = quoted(declared);
    whole(
        Status::Warn,
        "encoding_repaired",
        format!(
            "El archivo declara la codificación {declared} pero está escrito en {actual}. Se leyó \
             como {actual}; revise los acentos y las eñes de los nombres."
        ),
        format!(
            "The file declares encoding {declared} but is written in {actual}. It was read as \
             {actual}; check accents in names."
        ),
    )
}

/// No encoding declared, which means UTF-8, and written in another.
pub fn encoding_assumed(actual: &str) -> Problem {
    whole(
        Status::Warn,
        "encoding_assumed",
        format!(
            "El archivo no está en UTF-8 ni dice en qué codificación está. Se leyó como {actual}; \
             revise los acentos y las eñes de los nombres."
        ),
        format!(
            "The file is not UTF-8 and does not say which encoding it is in. It was read as \
             {actual}; check accents in names."
        ),
    )
}

/// UTF-8 in which some characters are broken; those are lost.
pub fn characters_damaged() -> Problem {
    whole(
        Status::Warn,
        "characters_damaged",
        "El archivo está en UTF-8, pero algunos caracteres están dañados y no se pueden recuperar. \
         Revise los nombres que muestren «�» o pida el archivo original.",
        "The file is in UTF-8, but some characters are broken and cannot be recovered. Check the \
         names that show “�”, or ask for the original file.",
    )
}

/// Something stood before the XML declaration.
pub fn junk_before_prologue() -> Problem {
    whole(
        Status::Warn,
        "blanks_before_prologue",
        "Había espacios o marcas antes del comienzo del XML; se pasaron por alto. Conviene avisar \
         al emisor: otros programas rechazarán el archivo.",
        "There were blanks or marks before the start of the XML; they were skipped. Tell the \
         issuer: other programs will refuse the file.",
    )
}

/// Larger than what is read.
pub fn too_large(limit_bytes: usize) -> Problem {
    let mb = limit_bytes / 1_000_000;
    whole(
        Status::Reject,
        "too_large",
        format!("El archivo pasa de {mb} MB. Divídalo en partes y vuelva a enviarlas."),
        format!("The file is larger than {mb} MB. Split it and send the parts."),
    )
}

/// Larger than what can be held, and not of a kind that is read in parts.
pub fn file_too_large(size_bytes: u64) -> Problem {
    let mb = size_bytes / 1_000_000;
    whole(
        Status::Reject,
        "file_too_large",
        format!(
            "El archivo pesa {mb} MB y no es de los que se pueden leer por partes. Divídalo y \
             vuelva a enviarlo, o exporte periodos más cortos."
        ),
        format!(
            "The file has {mb} MB and is not of a kind that can be read in parts. Split it and \
             send it again, or export shorter periods."
        ),
    )
}

/// A DTD or entity declarations: never needed in an invoice, often an attack.
pub fn dtd_refused() -> Problem {
    whole(
        Status::Reject,
        "dtd_refused",
        "El XML trae una definición de tipo o entidades (DOCTYPE), que ninguna factura necesita y \
         que se usa en ataques. No se importó nada; pida el archivo original al emisor.",
        "The XML carries a document type definition or entities (DOCTYPE), which no invoice needs \
         and attacks use. Nothing was imported; ask the issuer for the original file.",
    )
}

/// Built to exhaust the reader: too deep, too many attributes, nodes or namespaces.
pub fn hostile_xml(what_es: &str, what_en: &str) -> Problem {
    whole(
        Status::Reject,
        "hostile_xml",
        format!(
            "El XML tiene {what_es}: no es una factura normal y no se procesó. Pida el archivo \
             original al emisor."
        ),
        format!(
            "The XML has {what_en}: no normal invoice has, so it was not read. Ask the issuer for \
             the original file."
        ),
    )
}

/// The XML stops before its end.
pub fn truncated() -> Problem {
    whole(
        Status::Reject,
        "truncated_file",
        "El XML está cortado: termina antes de cerrar el documento. Descárguelo de nuevo completo.",
        "The XML is cut short: it ends before the document is closed. Download it again.",
    )
}

/// Not well formed.
pub fn malformed_xml(line: u32, column: u32, detail: &str) -> Problem {
    Problem::new(
        Status::Reject,
        "malformed_xml",
        format!("línea {line}, columna {column}"),
        format!("El XML está mal formado ({detail}). Pida al emisor el archivo original."),
        format!("The XML is malformed ({detail}). Ask the issuer for the original file."),
    )
}

/// A namespace whose name is not an address, as when `xmlns:schemaLocation` is written for
/// `xsi:schemaLocation`.
pub fn bad_namespace(prefix: &str) -> Problem {
    let prefix = quoted(prefix);
    whole(
        Status::Reject,
        "bad_namespace",
        format!(
            "El XML declara el espacio de nombres {prefix} con un valor que no es una dirección \
             (suele ser «xmlns:schemaLocation» en vez de «xsi:schemaLocation»). Pida al emisor que \
             lo corrija."
        ),
        format!(
            "The XML declares namespace {prefix} with a value that is no address (often \
             xmlns:schemaLocation written for xsi:schemaLocation). Ask the issuer to correct it."
        ),
    )
}

/// Well formed XML of no kind known here.
pub fn unknown_xml(root: &str) -> Problem {
    let root = quoted(root);
    whole(
        Status::Reject,
        "unknown_xml",
        format!(
            "Es un XML, pero de ninguna factura ni archivo de banco que se lea: su raíz es {root}. \
             Compruebe que sea el archivo correcto."
        ),
        format!(
            "It is XML, but of no invoice or bank file that is read: its root is {root}. Check it \
             is the right file."
        ),
    )
}

/// An e-invoice of a country or standard whose XML is not read.
pub fn format_not_read(standard: &str) -> Problem {
    whole(
        Status::Reject,
        "format_not_read",
        format!(
            "Se reconoce como {standard}, formato que esta versión no importa. Use una exportación \
             CSV o XLSX de esos documentos."
        ),
        format!(
            "Recognised as {standard}, which this version does not import. Use a CSV or XLSX export \
             of those documents."
        ),
    )
}

/// Recognised, and not a receivable.
pub fn not_a_receivable(es: &str, en: &str) -> Problem {
    whole(
        Status::Ignore,
        "not_a_receivable",
        format!("{es}: se reconoce, pero no es una cuenta por cobrar. No hay nada que hacer."),
        format!("{en}: recognised, but not a receivable. Nothing to do."),
    )
}

/// A recognised container without a single document in it.
pub fn no_documents() -> Problem {
    whole(
        Status::Reject,
        "no_documents",
        "El archivo no contiene ningún documento. Compruebe que la descarga esté completa.",
        "The file contains no documents. Check that the download is complete.",
    )
}

// ---- Zips ----

/// Damaged zip.
pub fn corrupt_zip() -> Problem {
    whole(
        Status::Reject,
        "corrupt_zip",
        "El ZIP está dañado o incompleto y no se puede abrir. Descárguelo o comprímalo de nuevo.",
        "The ZIP is damaged or incomplete and cannot be opened. Download or compress it again.",
    )
}

/// A zip without entries.
pub fn empty_zip() -> Problem {
    whole(
        Status::Reject,
        "empty_zip",
        "El ZIP no contiene ningún archivo. Compruebe que la descarga esté completa.",
        "The ZIP contains no files. Check that the download is complete.",
    )
}

/// More entries than are read.
pub fn too_many_members(limit: usize) -> Problem {
    whole(
        Status::Reject,
        "too_many_members",
        format!("El ZIP contiene más de {limit} archivos. Divídalo y envíe las partes."),
        format!("The ZIP contains more than {limit} files. Split it and send the parts."),
    )
}

/// A zip that grows beyond all proportion.
pub fn zip_bomb() -> Problem {
    whole(
        Status::Reject,
        "zip_bomb",
        "El ZIP crece sin proporción al descomprimirse, como los que se usan en ataques. No se \
         importó nada; pida los archivos a su origen.",
        "The ZIP grows out of all proportion when expanded, as attacks do. Nothing was imported; \
         ask for the files at their source.",
    )
}

/// Zips inside zips inside zips.
pub fn zip_too_deep(limit: u32) -> Problem {
    whole(
        Status::Reject,
        "zip_too_deep",
        format!("Hay más de {limit} ZIP uno dentro de otro. Descomprímalos y envíe los de dentro."),
        format!("More than {limit} ZIPs inside one another. Expand them and send the inner ones."),
    )
}

/// A member that needs a password.
pub fn encrypted_member() -> Problem {
    whole(
        Status::Reject,
        "encrypted_member",
        "Está protegido con contraseña. Descomprímalo y envíe el archivo sin protección.",
        "It is protected by a password. Expand it and send the file without protection.",
    )
}

/// A member that cannot be expanded.
pub fn unreadable_member() -> Problem {
    whole(
        Status::Reject,
        "unreadable_member",
        "No se pudo descomprimir: está dañado o usa un método de compresión poco común.",
        "It could not be expanded: damaged, or compressed by an uncommon method.",
    )
}

/// Files of several formats in one zip.
pub fn mixed_formats(formats: &[&str]) -> Problem {
    let list = formats.join(", ");
    whole(
        Status::Warn,
        "mixed_formats",
        format!(
            "El ZIP mezcla archivos de formatos distintos ({list}). Cada uno se leyó según el \
             suyo; compruebe que no se haya colado alguno que no corresponde."
        ),
        format!(
            "The ZIP mixes files of different formats ({list}). Each was read by its own; check \
             that none slipped in that does not belong."
        ),
    )
}

/// Two entries of one name: only one can be reached.
pub fn repeated_member_names(missing: usize) -> Problem {
    whole(
        Status::Warn,
        "repeated_member_names",
        format!(
            "El ZIP tiene {missing} archivo(s) con el mismo nombre que otro y solo se leyó uno de \
             cada nombre. Descomprímalo, cambie los nombres y vuelva a enviarlo."
        ),
        format!(
            "The ZIP has {missing} file(s) named like another, and only one of each name was read. \
             Expand it, rename them and send it again."
        ),
    )
}

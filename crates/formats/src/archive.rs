//! Zips of invoices: every entry is read on its own, zips inside zips included, within limits on
//! count, size and growth that no honest package meets.
//!
//! Decides which entries are passed over (folders, what macOS and Windows add, pictures beside the
//! XML) and what is hostile. Writes nothing, so names are only places in messages.

use crate::detect::STATEMENT_EXTENSIONS;
use crate::problem;
use crate::read::{ReadFile, ReadOptions, read_nested};
use crate::record::{Problem, Status};
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::read::ZipFile;

/// Most entries of one zip.
pub const MAX_MEMBERS: usize = 10_000;
/// Largest entry after expansion, in bytes.
pub const MAX_MEMBER_BYTES: u64 = 20_000_000;
/// Most zips inside one another.
pub const MAX_DEPTH: u32 = 3;
/// How many times its own size a zip may grow, once it has grown past [`FREE_BYTES`].
const MAX_GROWTH: u64 = 200;
/// Growth below this is never hostile.
const FREE_BYTES: u64 = 40_000_000;
/// Growth above this always is.
const MAX_TOTAL_BYTES: u64 = 400_000_000;

/// What reading one file may still cost, shared by every zip inside it.
#[derive(Debug)]
pub struct Budget {
    depth: u32,
    members: usize,
    bytes: u64,
    /// Set once the file is known to be hostile: nothing of it is kept.
    pub exceeded: Option<Problem>,
}

impl Budget {
    /// The budget of a file of that size.
    pub fn new(file_bytes: usize) -> Budget {
        let grown = (file_bytes as u64).saturating_mul(MAX_GROWTH);
        let bytes = grown.clamp(FREE_BYTES, MAX_TOTAL_BYTES);
        Budget { depth: 0, members: MAX_MEMBERS, bytes, exceeded: None }
    }

    fn spend(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
        if self.bytes == 0 {
            self.exceeded = Some(problem::zip_bomb());
        }
    }
}

/// Reads every entry of a zip.
pub fn read_zip(name: &str, bytes: &[u8], options: &ReadOptions, budget: &mut Budget) -> ReadFile {
    if budget.depth == MAX_DEPTH {
        return ReadFile::refused(name, "zip", problem::zip_too_deep(MAX_DEPTH));
    }
    let Ok(mut zip) = ZipArchive::new(Cursor::new(bytes)) else {
        return ReadFile::refused(name, "zip", problem::corrupt_zip());
    };
    if zip.is_empty() {
        return ReadFile::refused(name, "zip", problem::empty_zip());
    }
    if zip.len() > budget.members {
        budget.exceeded = Some(problem::too_many_members(MAX_MEMBERS));
        return ReadFile::new(name, "zip");
    }
    budget.members -= zip.len();
    let mut file = ReadFile::new(name, "zip");
    if let Some(missing) = entries_stated(bytes).and_then(|n| n.checked_sub(zip.len()))
        && missing > 0
    {
        file.problems.push(problem::repeated_member_names(missing));
    }
    let folder = if budget.depth == 0 { String::new() } else { format!("{name}/") };
    budget.depth += 1;
    for index in 0..zip.len() {
        file.members.push(read_member(&mut zip, index, &folder, options, budget));
        if budget.exceeded.is_some() {
            break;
        }
    }
    budget.depth -= 1;
    let formats = formats_of(&file);
    if formats.len() > 1 && budget.depth == 0 {
        file.problems.push(problem::mixed_formats(&formats));
    }
    file.settle();
    file
}

/// The formats of which something was read, each once. What only answers or completes documents
/// of a family (`dte-response`) is of that family.
fn formats_of(file: &ReadFile) -> Vec<&'static str> {
    let used = file.leaves().into_iter().filter(|leaf| !leaf.records.is_empty());
    let families = used.map(|leaf| leaf.format.split('-').next().unwrap_or(leaf.format));
    families.collect::<BTreeSet<_>>().into_iter().collect()
}

fn read_member(
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    folder: &str,
    options: &ReadOptions,
    budget: &mut Budget,
) -> ReadFile {
    let stated = zip.name_for_index(index).unwrap_or("").to_owned();
    let path = format!("{folder}{}", printable(&stated));
    if is_litter(&stated) {
        return passed_over(&path);
    }
    let mut file = match expand(zip, index, budget) {
        Ok(bytes) => read_nested(&path, &bytes, options, budget),
        Err(problem) => ReadFile::refused(&path, "unknown", problem),
    };
    if file.status == Status::Reject && file.records.is_empty() && !carries_documents(&stated) {
        return passed_over(&path);
    }
    match file.members.is_empty() {
        true => file.prefix_places(&path),
        false => file.problems.iter_mut().for_each(|problem| problem.place.clone_from(&path)),
    }
    file
}

/// The bytes of an entry, never more than the limits whatever its header says.
fn expand(
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    budget: &mut Budget,
) -> Result<Vec<u8>, Problem> {
    let entry = zip.by_index(index).map_err(|error| match error {
        zip::result::ZipError::UnsupportedArchive(text)
            if text == zip::result::ZipError::PASSWORD_REQUIRED =>
        {
            problem::encrypted_member()
        }
        _ => problem::unreadable_member(),
    })?;
    let (packed, stated) = (entry.compressed_size(), entry.size());
    let bytes = take(entry).map_err(|_| problem::unreadable_member())?;
    budget.spend(bytes.len() as u64);
    if bytes.len() as u64 > MAX_MEMBER_BYTES {
        // Only a part was expanded: the whole is what its header says, or at least that part.
        let whole = stated.max(bytes.len() as u64);
        if whole > packed.saturating_mul(MAX_GROWTH) {
            budget.exceeded = Some(problem::zip_bomb());
        }
        return Err(problem::too_large(MAX_MEMBER_BYTES as usize));
    }
    Ok(bytes)
}

fn take(entry: ZipFile<'_, Cursor<&[u8]>>) -> std::io::Result<Vec<u8>> {
    let stated = entry.size().min(MAX_MEMBER_BYTES) as usize;
    let mut bytes = Vec::with_capacity(stated.min(1 << 20));
    entry.take(MAX_MEMBER_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// An entry that is no document: listed, and otherwise without consequence.
fn passed_over(path: &str) -> ReadFile {
    let mut file = ReadFile::new(path, "skipped");
    file.status = Status::Ignore;
    file
}

/// Folders and what operating systems leave in zips.
fn is_litter(path: &str) -> bool {
    let base = path.rsplit(['/', '\\']).next().unwrap_or("");
    base.is_empty()
        || path.starts_with("__MACOSX/")
        || base.starts_with('.')
        || ["Thumbs.db", "desktop.ini"].iter().any(|litter| base.eq_ignore_ascii_case(litter))
}

/// Whether an entry of this name was meant to be read, so that failing to is worth telling.
fn carries_documents(path: &str) -> bool {
    const DOCUMENTS: [&str; 10] =
        ["xml", "xsig", "csv", "tsv", "xls", "xlsx", "xlsm", "ods", "zip", "dte"];
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| {
        DOCUMENTS.contains(&extension.as_str())
            || STATEMENT_EXTENSIONS.contains(&extension.as_str())
    })
}

/// A name without control characters.
pub(crate) fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// Number of entries stated at the end of the zip, where it is stated there. Entries that share a
/// name are one to the library, so the difference is what would be lost without a word.
fn entries_stated(bytes: &[u8]) -> Option<usize> {
    const END_SIGNATURE: &[u8] = b"PK\x05\x06";
    let tail = &bytes[bytes.len().saturating_sub(65_557)..];
    let at = tail.windows(4).rposition(|window| window == END_SIGNATURE)?;
    let count = tail.get(at + 10..at + 12)?;
    let count = u16::from_le_bytes([count[0], count[1]]);
    (count != u16::MAX).then_some(usize::from(count))
}

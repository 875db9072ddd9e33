//! The container of old workbooks (.xls), looked at before its reader sees it: every chain of
//! sectors must end, inside the file. The reader follows chains without counting and indexes
//! without looking, so that a file cut short would stop it and a chain in a circle would fill the
//! memory. Source: \[MS-CFB\] 2.2–2.6. Knows nothing of sheets.

use std::borrow::Cow;

/// Where the numbers begin that mean no sector: end of chain, free, and those of the tables.
const RESERVED: u32 = 0xFFFF_FFFA;
/// Streams shorter than this live in sectors of 64 bytes.
const SMALL_STREAM: u64 = 4_096;
/// Bytes of an entry of the directory.
const ENTRY_BYTES: usize = 128;

/// The bytes with their last sector made whole, when every chain of it ends inside the file.
pub fn checked(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let shift = usize::from(*bytes.get(30)?);
    let size = match shift {
        9 | 12 => 1_usize << shift,
        _ => return None,
    };
    let sectors = bytes.len().checked_sub(size)?.div_ceil(size);
    let mut whole = Cow::Borrowed(bytes);
    let wanted = (sectors + 1) * size;
    if bytes.len() < wanted {
        whole.to_mut().resize(wanted, 0);
    }
    let fat = fat(&whole, size, sectors)?;
    let directory = chain(number(&whole, 48)?, &fat, sectors)?;
    let small = chain(number(&whole, 60)?, &fat, sectors)?;
    let small_fat: Vec<u32> = small.iter().flat_map(|id| numbers(&whole, size, *id)).collect();
    let entries = directory.iter().flat_map(|id| {
        let sector = sector(&whole, size, *id).unwrap_or_default();
        sector.chunks_exact(ENTRY_BYTES)
    });
    let mut small_sectors = 0;
    for (index, entry) in entries.enumerate() {
        let (start, length) = (number(entry, 116)?, u64::from(number(entry, 120)?));
        match length {
            0 => {}
            // The root's stream holds the small sectors.
            _ if index == 0 => {
                let held = chain(start, &fat, sectors)?.len() * size;
                small_sectors = held.min(usize::try_from(length).unwrap_or(held)) / 64 + 1;
            }
            // Entries without a name are not in use.
            _ if entry[0] == 0 => {}
            SMALL_STREAM.. => drop(chain(start, &fat, sectors)?),
            _ => drop(chain(start, &small_fat, small_sectors)?),
        }
    }
    Some(whole)
}

/// The table of which sector follows which: its own sectors are listed in the header, and in
/// sectors beyond.
fn fat(bytes: &[u8], size: usize, sectors: usize) -> Option<Vec<u32>> {
    let mut listed: Vec<u32> = (0..109).filter_map(|at| number(bytes, 76 + at * 4)).collect();
    let mut next = number(bytes, 68)?;
    let mut seen = 0;
    while next < RESERVED {
        seen += 1;
        if seen > sectors || next as usize >= sectors {
            return None;
        }
        listed.extend(numbers(bytes, size, next));
        next = listed.pop()?;
    }
    let own = listed.into_iter().filter(|id| *id < RESERVED);
    let mut fat = Vec::new();
    for id in own {
        if id as usize >= sectors || fat.len() > (sectors + size) * 4 {
            return None;
        }
        fat.extend(numbers(bytes, size, id));
    }
    Some(fat)
}

/// The sectors of a chain; `None` when it leaves the file or does not end.
fn chain(start: u32, next: &[u32], sectors: usize) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    let mut at = start;
    while at < RESERVED {
        if found.len() > sectors || at as usize >= sectors {
            return None;
        }
        found.push(at);
        at = *next.get(at as usize)?;
    }
    Some(found)
}

fn sector(bytes: &[u8], size: usize, id: u32) -> Option<&[u8]> {
    let start = (id as usize).checked_add(1)?.checked_mul(size)?;
    bytes.get(start..start.checked_add(size)?)
}

fn numbers(bytes: &[u8], size: usize, id: u32) -> impl Iterator<Item = u32> + '_ {
    let sector = sector(bytes, size, id).unwrap_or_default();
    sector.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A container of one directory sector and its table, whose entries of the table are given.
    fn container(next_of_directory: u32) -> Vec<u8> {
        let mut bytes = vec![0_u8; 512 * 3];
        bytes[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        bytes[30] = 9;
        let mut put = |at: usize, value: u32| {
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        };
        put(48, 1);
        put(60, u32::MAX);
        put(68, u32::MAX - 1);
        (0..109).for_each(|at| put(76 + at * 4, if at == 0 { 0 } else { u32::MAX }));
        (0..128).for_each(|at| put(512 + at * 4, u32::MAX));
        put(512 + 4, next_of_directory);
        bytes
    }

    #[test]
    fn chains_end_inside_the_file() {
        let good = container(u32::MAX - 1);
        assert!(checked(&good).is_some_and(|whole| whole.len() == good.len()));
        // The last sector may be short of a few bytes, which writers leave out.
        assert!(checked(&good[..1_500]).is_some_and(|whole| whole.len() == good.len()));
        assert!(checked(&container(1)).is_none(), "a circle");
        assert!(checked(&container(7)).is_none(), "outside");
        assert!(checked(&good[..1_000]).is_none(), "cut short");
        assert!(checked(&good[..20]).is_none() && checked(b"").is_none());
    }
}

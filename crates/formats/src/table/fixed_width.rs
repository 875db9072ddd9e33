//! Text in columns of fixed width: A3's "cartera", which has no header, and lists whose columns are
//! lined up with blanks under one. Decides where the columns are; knows nothing of what they mean.

use csv::StringRecord;

/// Where the cells of a line are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Widths {
    /// The "cartera" layout.
    Cartera,
    /// Columns lined up with blanks under a header.
    Aligned {
        /// Number of the header's line; above it stand titles.
        header: usize,
        /// Where each column but the first begins, in characters.
        starts: Vec<usize>,
    },
}

impl Widths {
    /// The header that the layout implies, when it is not in the file.
    pub fn implied_header(&self) -> Option<StringRecord> {
        match self {
            Widths::Cartera => Some(StringRecord::from(CARTERA_HEADERS.to_vec())),
            Widths::Aligned { .. } => None,
        }
    }

    /// Cuts the line of that number, from 1; one that is not of the layout comes back whole.
    pub fn cells(&self, number: usize, line: &str) -> StringRecord {
        match self {
            Widths::Cartera => match cartera_cells(line) {
                Some(cells) => StringRecord::from(cells.to_vec()),
                None => StringRecord::from(vec![line.trim_end()]),
            },
            Widths::Aligned { header, .. } if number < *header => {
                spaced(line).into_iter().map(|(_, _, cell)| cell).collect()
            }
            Widths::Aligned { starts, .. } => aligned_cells(line, starts),
        }
    }
}

/// Start of each cell of the "cartera" layout, in characters: customer 6, NIF 15, name 40, number
/// 15, issue and due `DDMMYYYY`, sign, 14 digits of cents, currency.
const CARTERA: [(usize, usize); 9] =
    [(0, 6), (6, 21), (21, 61), (61, 76), (76, 84), (84, 92), (92, 93), (93, 107), (107, 110)];

/// Headers for the cells of [`cartera_cells`], which are not in the file.
const CARTERA_HEADERS: [&str; 8] =
    ["Cliente", "NIF", "Nombre", "Factura", "Fecha", "Vencimiento", "Pendiente", "Moneda"];

/// Whether nearly every line has the tail of the "cartera" layout; the others are told one by one.
pub fn is_cartera(lines: &[&str]) -> bool {
    let cut = lines.iter().filter(|line| cartera_cells(line).is_some()).count();
    cut > 0 && cut * 5 >= lines.len() * 4
}

/// Cuts a line of the "cartera" layout; `None` when it is not one. The amount comes back with its
/// sign and a decimal dot.
fn cartera_cells(line: &str) -> Option<[String; 8]> {
    let chars: Vec<char> = line.trim_end().chars().collect();
    if chars.len() != 110 {
        return None;
    }
    let part = |(from, to): (usize, usize)| -> String { chars[from..to].iter().collect() };
    let [code, nif, name, number, issue, due, sign, cents, currency] = CARTERA.map(part);
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let letters = currency.bytes().all(|b| b.is_ascii_alphabetic());
    if !digits(&issue)
        || !digits(&due)
        || !digits(&cents)
        || !letters
        || !matches!(&*sign, "+" | "-")
    {
        return None;
    }
    let minus = if sign == "-" { "-" } else { "" };
    let amount = format!("{minus}{}.{}", &cents[..12], &cents[12..]);
    Some([code, nif, name, number, issue, due, amount, currency].map(|cell| cell.trim().to_owned()))
}

/// Most lines below the header by which columns are found.
const LINES_LOOKED_AT: usize = 400;
/// Fewest words of a header that make lined-up columns believed.
const FEWEST_WORDS: u32 = 3;

/// The columns of a text that is lined up with blanks, and how well its header is understood:
/// `points` says that of the cells of a line. `None` when no line is such a header, or nothing
/// below it stands in columns.
pub fn aligned(top: &str, points: impl Fn(&[&str]) -> u32) -> Option<(u32, Widths)> {
    let lines: Vec<&str> = top.lines().collect();
    let scored = lines.iter().enumerate().filter(|(_, line)| !line.contains('\t'));
    let scored = scored.map(|(index, line)| {
        let names = spaced(line);
        let cells: Vec<&str> = names.iter().map(|(_, _, cell)| *cell).collect();
        (points(&cells), index, names)
    });
    // The first of equals: a header repeated on each page is met again.
    let (points, index, names) =
        scored.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    if points < FEWEST_WORDS {
        return None;
    }
    let below = lines[index + 1..].iter().filter(|line| !line.trim().is_empty());
    let below: Vec<Vec<char>> =
        below.take(LINES_LOOKED_AT).map(|line| line.chars().collect()).collect();
    if !below.iter().any(|line| spaced(&line.iter().collect::<String>()).len() > 1) {
        return None;
    }
    let gaps = names.windows(2).map(|pair| boundary(pair[0].1, pair[1].0, &below));
    Some((points, Widths::Aligned { header: index + 1, starts: gaps.collect() }))
}

/// The cells of a line between which there are at least two blanks, with where each begins and
/// ends, in characters.
fn spaced(line: &str) -> Vec<(usize, usize, &str)> {
    let chars: Vec<(usize, char)> = line.char_indices().collect();
    let byte = |at: usize| chars.get(at).map_or(line.len(), |(byte, _)| *byte);
    let is_blank = |at: usize| chars.get(at).is_none_or(|(_, c)| c.is_whitespace());
    let mut cells = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if is_blank(at) {
            at += 1;
            continue;
        }
        let start = at;
        while !(is_blank(at) && is_blank(at + 1)) {
            at += 1;
        }
        cells.push((start, at, &line[byte(start)..byte(at)]));
    }
    cells
}

/// Where the next column begins, between the end of one header and the start of the next: where
/// fewest lines have a word cut in two. Of several such places it is the last, because what stands
/// left of it may be words with blanks between them and what stands right is a figure. A figure
/// wider than its header leaves a gap before it, of which half is kept for wider ones.
fn boundary(end: usize, start: usize, below: &[Vec<char>]) -> usize {
    let filled = |line: &[char], at: usize| line.get(at).is_some_and(|c| !c.is_whitespace());
    let cut = |at: usize| {
        below.iter().filter(|line| filled(line, at.saturating_sub(1)) && filled(line, at)).count()
    };
    let places = (end..=start).map(|at| (cut(at), at));
    let Some((_, last)) = places.reduce(|best, next| if next.0 <= best.0 { next } else { best })
    else {
        return start;
    };
    if last == start {
        return start;
    }
    let is_free = |at: &usize| below.iter().all(|line| !filled(line, *at));
    let first = (end..last).rev().take_while(is_free).last().unwrap_or(last);
    (first + last).div_ceil(2)
}

/// Cuts a line where the columns begin. A word that lies across is not cut: it belongs to the side
/// with more of it.
fn aligned_cells(line: &str, starts: &[usize]) -> StringRecord {
    let chars: Vec<(usize, char)> = line.char_indices().collect();
    let byte = |at: usize| chars.get(at).map_or(line.len(), |(byte, _)| *byte);
    let is_blank = |at: usize| chars.get(at).is_none_or(|(_, c)| c.is_whitespace());
    let mut cells = StringRecord::new();
    let mut from = 0;
    for start in starts {
        // A word before it may reach past where this column begins.
        if *start <= from {
            cells.push_field("");
            continue;
        }
        let before = (from..*start).rev().take_while(|at| !is_blank(*at)).count();
        let after = (*start..chars.len()).take_while(|at| !is_blank(*at)).count();
        let cut = match before {
            _ if is_blank(*start) => *start,
            before if before >= after => start + after,
            before => start - before,
        };
        cells.push_field(line[byte(from)..byte(cut)].trim());
        from = cut;
    }
    cells.push_field(line[byte(from)..].trim());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<Vec<String>> {
        let points = |cells: &[&str]| {
            cells.iter().filter(|cell| cell.chars().all(char::is_alphabetic)).count() as u32
        };
        let Some((_, widths)) = aligned(text, points) else { return Vec::new() };
        let cells = |(at, line): (usize, &str)| {
            widths.cells(at + 1, line).iter().map(str::to_owned).collect()
        };
        text.lines().enumerate().map(cells).collect()
    }

    #[test]
    fn columns_are_where_the_lines_leave_room() {
        let text = "\
Cliente                Folio        Total
Álvarez y Peña SA        101     1.190,00
Comercial del Sur Ltda.  102 1.234.567,00
B                          3         5,00";
        let expected = [
            ["Cliente", "Folio", "Total"],
            ["Álvarez y Peña SA", "101", "1.190,00"],
            ["Comercial del Sur Ltda.", "102", "1.234.567,00"],
            ["B", "3", "5,00"],
        ];
        assert_eq!(cut(text), expected);
    }

    #[test]
    fn a_word_across_several_columns_is_one_cell() {
        let text = "Cliente  Folio  Total\nA            1   2,00\n---------------------\nB";
        let rows = cut(text);
        assert_eq!(rows[1], ["A", "1", "2,00"]);
        assert_eq!(rows[2], ["", "---------------------", ""]);
        assert_eq!(rows[3], ["B", "", ""]);
    }

    #[test]
    fn prose_and_lines_with_tabs_have_no_columns() {
        assert!(cut("Estimado cliente, le recordamos que\nsu factura vence hoy.\n").is_empty());
        assert!(cut("Cliente\tFolio\tTotal\nA\t1\t2\n").is_empty());
        assert!(cut("Cliente   Folio   Total\n").is_empty());
        assert!(cut("").is_empty());
    }
}

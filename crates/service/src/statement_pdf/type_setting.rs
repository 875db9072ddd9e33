//! Measuring and breaking text in the typefaces of the statement.
//!
//! DejaVu Sans Condensed, whose figures are all of one width so that columns of amounts align;
//! DejaVu Sans for characters the condensed cut lacks. A character neither has is shown as an
//! empty box, and the file still carries it as text, so copying and searching lose nothing.
//! Scripts that need shaping or run right to left are set letter by letter.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};
use std::sync::OnceLock;

/// Stroke weight of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// Typeface weight and size in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Letter {
    pub weight: Weight,
    pub size_pt: f32,
}

impl Letter {
    pub(super) const fn regular(size_pt: f32) -> Letter {
        Letter { weight: Weight::Regular, size_pt }
    }

    pub(super) const fn bold(size_pt: f32) -> Letter {
        Letter { weight: Weight::Bold, size_pt }
    }
}

/// One font file ready to be measured and embedded.
struct Face {
    font: Font,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units_per_em: f32,
}

/// The three font files of the statement.
pub(super) struct Faces {
    regular: Face,
    bold: Face,
    fallback: Face,
}

/// The fonts compiled in, read once; `None` only if the files compiled in were not fonts.
pub(super) fn faces() -> Option<&'static Faces> {
    static FACES: OnceLock<Option<Faces>> = OnceLock::new();
    FACES
        .get_or_init(|| {
            Some(Faces {
                regular: Face::new(dejavu::sans_condensed::regular())?,
                bold: Face::new(dejavu::sans_condensed::bold())?,
                fallback: Face::new(dejavu::sans::regular())?,
            })
        })
        .as_ref()
}

impl Face {
    fn new(file: &'static [u8]) -> Option<Face> {
        let font = Font::new(file.into(), 0)?;
        let reader = FontRef::new(file).ok()?;
        let units_per_em = font.units_per_em();
        let metrics = reader.glyph_metrics(Size::unscaled(), LocationRef::default());
        Some(Face { font, charmap: reader.charmap(), metrics, units_per_em })
    }

    /// The glyph of a character, with its advance in ems.
    fn glyph(&self, character: char) -> Option<(GlyphId, f32)> {
        let glyph = self.charmap.map(character)?;
        let advance = self.metrics.advance_width(glyph)? / self.units_per_em;
        Some((GlyphId::new(glyph.to_u32()), advance))
    }

    /// The box shown for a character no face has, with its advance in ems. A white square and not
    /// the font's own glyph 0, because readers ignore the text that glyph 0 stands for.
    fn missing(&self) -> (GlyphId, f32) {
        self.glyph('□').unwrap_or((GlyphId::new(0), 1.0))
    }
}

/// Glyphs of one font file, to be drawn in one go.
pub(super) struct Run {
    pub font: Font,
    pub glyphs: Vec<KrillaGlyph>,
    /// Width of the run in ems.
    pub advance_em: f32,
}

impl Faces {
    fn pick(&self, character: char, weight: Weight) -> (&Face, GlyphId, f32) {
        let first = match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        };
        for face in [first, &self.fallback] {
            if let Some((glyph, advance)) = face.glyph(character) {
                return (face, glyph, advance);
            }
        }
        let (glyph, advance) = first.missing();
        (first, glyph, advance)
    }

    /// The text as runs of glyphs, left to right; ranges are of bytes of `text`.
    pub(super) fn runs(&self, text: &str, weight: Weight) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::with_capacity(1);
        for (start, character) in text.char_indices() {
            let (face, glyph, advance) = self.pick(character, weight);
            let range = start..start + character.len_utf8();
            let set = KrillaGlyph::new(glyph, advance, 0.0, 0.0, 0.0, range, None);
            match runs.last_mut() {
                Some(run) if run.font == face.font => {
                    run.glyphs.push(set);
                    run.advance_em += advance;
                }
                _ => runs.push(Run {
                    font: face.font.clone(),
                    glyphs: vec![set],
                    advance_em: advance,
                }),
            }
        }
        runs
    }

    /// Width of a text in points.
    pub(super) fn width_pt(&self, text: &str, letter: Letter) -> f32 {
        let ems: f32 = text.chars().map(|c| self.pick(c, letter.weight).2).sum();
        ems * letter.size_pt
    }

    /// Breaks a text into lines no wider than `width_pt`: at line feeds, at spaces, and inside a
    /// word only when the word alone is wider. Never loses a character but the space broken at.
    pub(super) fn wrap(&self, text: &str, letter: Letter, width_pt: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.split('\n') {
            let mut line = String::new();
            for word in paragraph.split(|c: char| c.is_whitespace() || c.is_control()) {
                if word.is_empty() {
                    continue;
                }
                let joined =
                    if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if self.width_pt(&joined, letter) <= width_pt {
                    line = joined;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                line = self.split_word(word, letter, width_pt, &mut lines);
            }
            lines.push(line);
        }
        lines
    }

    /// Pushes the full lines of a word and returns what is left of it.
    fn split_word(
        &self,
        word: &str,
        letter: Letter,
        width_pt: f32,
        lines: &mut Vec<String>,
    ) -> String {
        let mut line = String::new();
        let mut used_pt = 0.0;
        for character in word.chars() {
            let advance_pt = self.pick(character, letter.weight).2 * letter.size_pt;
            if used_pt + advance_pt > width_pt && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used_pt = 0.0;
            }
            line.push(character);
            used_pt += advance_pt;
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_of_one_width() {
        let faces = faces().unwrap();
        for weight in [Weight::Regular, Weight::Bold] {
            let widths: Vec<f32> = ('0'..='9').map(|digit| faces.pick(digit, weight).2).collect();
            assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
        }
    }

    #[test]
    fn wrapping_keeps_every_character_and_the_width() {
        let faces = faces().unwrap();
        let letter = Letter::regular(9.0);
        let text =
            "Compañía Łódź Żelazo y Ελλάδα S.A. Донаудампфшиффартсгезельшафтскапитан fin\notro";
        let lines = faces.wrap(text, letter, 60.0);
        let kept: String = lines.concat().split_whitespace().collect();
        assert_eq!(kept, text.split_whitespace().collect::<String>());
        assert!(lines.iter().all(|line| faces.width_pt(line, letter) <= 60.0), "{lines:?}");
        assert_eq!(lines.last().map(String::as_str), Some("otro"));
    }

    #[test]
    fn letters_of_europe_are_in_the_fonts() {
        let faces = faces().unwrap();
        for character in "ñÑáéíóúüçßøŁżőșțğİΩЖєבא€–·…".chars() {
            assert_ne!(faces.pick(character, Weight::Bold).1.to_u32(), 0, "{character}");
        }
    }
}

//! Pages as lists of marks, and their writing into a PDF. It decides how marks become bytes; it
//! refuses to know what a statement is. Pages are collected before anything is written because
//! every page says how many there are.

use super::PdfError;
use super::type_setting::{Faces, Letter};
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;

/// A colour by its three parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ink(pub u8, pub u8, pub u8);

impl Ink {
    /// Body text.
    pub(super) const BLACK: Ink = Ink(24, 28, 33);
    /// Headings of columns and remarks.
    pub(super) const GREY: Ink = Ink(88, 96, 105);
    /// Thin rules between rows.
    pub(super) const PALE: Ink = Ink(214, 219, 224);
    /// Background of the summary.
    pub(super) const MIST: Ink = Ink(243, 245, 247);
}

/// Something on a page. Positions are in points from the upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// A line of text with its baseline at `y`.
    Text { x: f32, y: f32, text: String, letter: Letter, ink: Ink },
    /// A filled rectangle; rules are thin ones.
    Bar { x: f32, y: f32, width: f32, height: f32, ink: Ink },
}

/// Width and height of the paper in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Paper {
    pub width: f32,
    pub height: f32,
}

impl Paper {
    /// ISO 216 A4.
    pub(super) const A4: Paper = Paper { width: 595.28, height: 841.89 };
    /// US Letter, customary in Mexico.
    pub(super) const LETTER: Paper = Paper { width: 612.0, height: 792.0 };
}

/// Writes the pages as one PDF.
pub(super) fn write(
    pages: &[Vec<Mark>],
    paper: Paper,
    metadata: Metadata,
    faces: &Faces,
) -> Result<Vec<u8>, PdfError> {
    let mut document = Document::new();
    document.set_metadata(metadata);
    for marks in pages {
        let settings = PageSettings::from_wh(paper.width, paper.height).ok_or(PdfError::Paper)?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, mark, faces);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| PdfError::Write(format!("{error:?}")))
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, faces: &Faces) {
    match mark {
        Mark::Text { x, y, text, letter, ink } => {
            surface.set_fill(Some(fill(*ink)));
            let mut x = *x;
            for run in faces.runs(text, letter.weight) {
                let start = Point::from_xy(x, *y);
                surface.draw_glyphs(start, &run.glyphs, run.font, text, letter.size_pt, false);
                x += run.advance_em * letter.size_pt;
            }
        }
        Mark::Bar { x, y, width, height, ink } => {
            let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) else { return };
            let mut path = PathBuilder::new();
            path.push_rect(rect);
            if let Some(path) = path.finish() {
                surface.set_fill(Some(fill(*ink)));
                surface.draw_path(&path);
            }
        }
    }
}

fn fill(Ink(red, green, blue): Ink) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}

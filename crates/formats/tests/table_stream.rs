//! Long files: constant memory, speed, and stopping half-way. The speed is measured only on
//! request (`cargo test --release -p puntual-formats --test table_stream -- --ignored --nocapture`)
//! because it says something of the machine as much as of the code.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use puntual_formats::read::ReadOptions;
use puntual_formats::record::{Record, Status};
use puntual_formats::table;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::time::Instant;

const HEADER: &[u8] = b"doc,type,customer,issue_date,due_date,currency,amount,applies_to,po\n";
const ROW_BYTES: u64 = 73;

/// A file of any length that is never in memory: row `n` is worked out when it is read.
struct Endless {
    rows: u64,
    at: u64,
}

impl Endless {
    fn len(&self) -> u64 {
        HEADER.len() as u64 + self.rows * ROW_BYTES
    }

    fn row(number: u64) -> String {
        let month = number % 12 + 1;
        let day = number % 28 + 1;
        let text = format!(
            "F{number:08},invoice,C{:06},2025-{month:02}-{day:02},2026-{month:02}-{day:02},MXN,{:09}.{:02},,",
            number % 9973,
            number % 1_000_000,
            number % 100
        );
        format!("{text:<width$}\n", width = ROW_BYTES as usize - 1)
    }
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let mut filled = 0;
        while filled < out.len() && self.at < self.len() {
            let header = HEADER.len() as u64;
            let copied = if self.at < header {
                let rest = &HEADER[self.at as usize..];
                let count = rest.len().min(out.len() - filled);
                out[filled..filled + count].copy_from_slice(&rest[..count]);
                count
            } else {
                let (number, offset) =
                    ((self.at - header) / ROW_BYTES, (self.at - header) % ROW_BYTES);
                let row = Endless::row(number);
                let rest = &row.as_bytes()[offset as usize..];
                let count = rest.len().min(out.len() - filled);
                out[filled..filled + count].copy_from_slice(&rest[..count]);
                count
            };
            filled += copied;
            self.at += copied as u64;
        }
        Ok(filled)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(by) => self.len().saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

/// Most memory this process ever had, in kilobytes; `None` where the system does not say.
fn peak_kilobytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_long_file_is_read_in_constant_memory() {
    let mut records = 0_u64;
    let mut sink = |record: Record| {
        records += u64::from(record.status() == Status::Ok);
        ControlFlow::Continue(())
    };
    table::stream("x.csv", Endless { rows: 1_000, at: 0 }, &ReadOptions::default(), &mut sink)
        .unwrap();
    let before = peak_kilobytes();
    let source = Endless { rows: 150_000, at: 0 };
    let summary =
        table::stream("x.csv", source, &ReadOptions::default(), &mut sink).unwrap().remove(0);
    assert_eq!((summary.rows, records), (150_000, 151_000));
    if let (Some(before), Some(after)) = (before, peak_kilobytes()) {
        assert!(after - before < 16_000, "{before} kB before, {after} kB after 11 MB of rows");
    }
}

#[test]
fn the_sink_may_stop_the_reading() {
    let mut records = 0;
    let source = Endless { rows: 5_000, at: 0 };
    let summary = table::stream("x.csv", source, &ReadOptions::default(), &mut |_| {
        records += 1;
        if records < 10 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    assert_eq!((records, summary.unwrap()[0].rows), (10, 10));
}

#[test]
#[ignore = "measures the machine; run it in release"]
#[expect(clippy::disallowed_methods, reason = "measuring is what it is for")]
fn rows_per_second() {
    let rows = 1_000_000;
    let bytes: Vec<u8> = {
        let mut all = Vec::new();
        Endless { rows, at: 0 }.read_to_end(&mut all).unwrap();
        all
    };
    let started = Instant::now();
    let mut records = 0_u64;
    let cursor = std::io::Cursor::new(bytes);
    let summary = table::stream("x.csv", cursor, &ReadOptions::default(), &mut |record| {
        records += u64::from(matches!(record, Record::Document(_)));
        ControlFlow::Continue(())
    });
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!((summary.unwrap()[0].rows, records), (rows, rows));
    eprintln!("{rows} rows in {seconds:.2} s: {:.0} rows/s", rows as f64 / seconds);
}

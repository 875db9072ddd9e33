//! How many megabytes of a bank statement (camt.053) one core reads per second as a stream, from
//! bytes to records: a hundred thousand entries with parties, references and text, made while they
//! are read. Prints one line.
#![allow(clippy::print_stdout, reason = "a bench reports on standard output")]

use puntual_formats::bank::iso20022;
use puntual_formats::record::Record;
use std::hint::black_box;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::Instant;

/// Entries of the statement.
const ENTRIES: usize = 100_000;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document \
    xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n <BkToCstmrStmt>\n  <Stmt>\n   \
    <Id>2026-04</Id>\n   <Acct><Id><IBAN>ES9121000418450200051332</IBAN></Id><Ccy>EUR</Ccy></Acct>\n";
const TAIL: &str = "  </Stmt>\n </BkToCstmrStmt>\n</Document>\n";

fn entry(number: usize) -> String {
    format!(
        "   <Ntry>
    <NtryRef>{number}</NtryRef>
    <Amt Ccy=\"EUR\">{}.{:02}</Amt>
    <CdtDbtInd>CRDT</CdtDbtInd>
    <Sts>
     <Cd>BOOK</Cd>
    </Sts>
    <BookgDt>
     <Dt>2026-04-{:02}</Dt>
    </BookgDt>
    <ValDt>
     <Dt>2026-04-{:02}</Dt>
    </ValDt>
    <AcctSvcrRef>REF{number:012}</AcctSvcrRef>
    <BkTxCd>
     <Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>
    </BkTxCd>
    <NtryDtls>
     <TxDtls>
      <Refs>
       <EndToEndId>F2026-{number:06}</EndToEndId>
      </Refs>
      <RltdPties>
       <Dbtr><Pty><Nm>CLIENTE NÚMERO {number} S.L.</Nm></Pty></Dbtr>
       <DbtrAcct><Id><IBAN>ES7700491500012810123456</IBAN></Id></DbtrAcct>
      </RltdPties>
      <RmtInf>
       <Ustrd>PAGO FACTURA F2026-{number:06} DE ABRIL</Ustrd>
      </RmtInf>
     </TxDtls>
    </NtryDtls>
   </Ntry>\n",
        number % 5_000,
        number % 100,
        number % 28 + 1,
        number % 28 + 1,
    )
}

/// The statement, a piece at a time.
struct Statement {
    entries: Vec<String>,
    number: usize,
    piece: io::Cursor<Vec<u8>>,
    bytes: usize,
}

impl Read for Statement {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.piece.read(to)?;
            if count > 0 || self.number > ENTRIES + 1 {
                self.bytes += count;
                return Ok(count);
            }
            let next = match self.number {
                0 => HEAD,
                number if number <= ENTRIES => &self.entries[number % self.entries.len()],
                _ => TAIL,
            };
            self.piece = io::Cursor::new(next.as_bytes().to_vec());
            self.number += 1;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "measuring time is what a benchmark is for")]
fn main() {
    let entries = (0..1_000).map(entry).collect();
    let mut from = Statement { entries, number: 0, piece: io::Cursor::default(), bytes: 0 };
    let (mut count, started) = (0_u64, Instant::now());
    let read = iso20022::stream(&mut from, &mut |record| {
        count += u64::from(matches!(black_box(record), Record::BankEntry(_)));
        ControlFlow::Continue(())
    });
    assert!(read.is_ok(), "{read:?}");
    let milliseconds = started.elapsed().as_millis().max(1) as u64;
    println!(
        "camt.053: {} MB/s, {} entries/s on one core ({count} entries, {} MB)",
        from.bytes as u64 / 1_000 / milliseconds,
        count * 1_000 / milliseconds,
        from.bytes / 1_000_000,
    );
}

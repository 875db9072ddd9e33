//! ISO 20022 messages: what each shape of each version is read into.

use puntual_formats::bank::iso20022;
use puntual_formats::read::{ReadFile, ReadOptions, read};
use puntual_formats::record::{
    BankEntryRecord, DebitResultRecord, Record, StatementRecord, Status,
};
use std::io::{self, Read};
use std::ops::ControlFlow;

fn file(xml: &str) -> ReadFile {
    read("x.xml", xml.as_bytes(), &ReadOptions::default())
}

fn statement_of(inside: &str) -> ReadFile {
    file(&format!(
        "<Document><BkToCstmrStmt><Stmt><Id>S</Id><Acct><Id><IBAN>ES9121000418450200051332</IBAN>\
         </Id><Ccy>EUR</Ccy></Acct>{inside}</Stmt></BkToCstmrStmt></Document>"
    ))
}

fn entry_of(amount: &str, direction: &str, inside: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>2026-04-10</Dt></BookgDt>{inside}</Ntry>"
    )
}

fn entries(file: &ReadFile) -> Vec<&BankEntryRecord> {
    let all = file.records.iter();
    all.filter_map(|record| match record {
        Record::BankEntry(entry) => Some(entry.as_ref()),
        _ => None,
    })
    .collect()
}

fn statements(file: &ReadFile) -> Vec<&StatementRecord> {
    let all = file.records.iter();
    all.filter_map(|record| match record {
        Record::Statement(statement) => Some(statement.as_ref()),
        _ => None,
    })
    .collect()
}

fn results(file: &ReadFile) -> Vec<&DebitResultRecord> {
    let all = file.records.iter();
    all.filter_map(|record| match record {
        Record::DebitResult(result) => Some(result.as_ref()),
        _ => None,
    })
    .collect()
}

fn codes(file: &ReadFile) -> Vec<&'static str> {
    file.all_problems().iter().map(|problem| problem.code).collect()
}

#[test]
fn the_direction_gives_the_sign_and_a_reversal_keeps_the_roles() {
    let parties = "<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>CLIENTE</Nm></Dbtr><DbtrAcct><Id><IBAN>\
                   ES7700491500012810123456</IBAN></Id></DbtrAcct><Cdtr><Nm>NOSOTROS</Nm></Cdtr>\
                   </RltdPties></TxDtls></NtryDtls>";
    let reversal = format!("<RvslInd>true</RvslInd>{parties}");
    let all = [
        entry_of("10.00", "CRDT", parties),
        entry_of("10.00", "DBIT", &reversal),
        entry_of("7", "DBIT", parties),
    ];
    let read = statement_of(&all.concat());
    let told: Vec<_> = entries(&read)
        .iter()
        .map(|entry| {
            let amount = entry.amount.map(|amount| amount.to_string());
            (amount, entry.is_reversal, entry.counterparty.name.as_deref())
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some("10".to_owned()), false, Some("CLIENTE")),
            (Some("-10".to_owned()), true, Some("CLIENTE")),
            (Some("-7".to_owned()), false, Some("NOSOTROS")),
        ]
    );
    let whole = statements(&read)[0];
    assert_eq!(
        (whole.sum_credit.to_string(), whole.sum_debit.to_string()),
        ("10".into(), "17".into())
    );
}

#[test]
fn our_own_account_is_never_the_other_side() {
    let own = "<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>NOSOTROS</Nm></Pty></Dbtr><DbtrAcct><Id>\
               <IBAN>ES9121000418450200051332</IBAN></Id></DbtrAcct><Cdtr><Pty><Nm>OTRO</Nm></Pty>\
               </Cdtr></RltdPties></TxDtls></NtryDtls>";
    let read = statement_of(&entry_of("1.00", "CRDT", own));
    assert_eq!(entries(&read)[0].counterparty.name.as_deref(), Some("OTRO"));
}

#[test]
fn what_is_not_booked_is_told_and_not_part_of_the_balance() {
    let balance = |code: &str, amount: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-04-10</Dt></Dt></Bal>"
        )
    };
    let pending = entry_of("5.00", "CRDT", "").replace("BOOK", "<Cd>PDNG</Cd>");
    let balances = balance("OPBD", "1.00") + &balance("CLBD", "3.00") + &balance("CLAV", "9.00");
    let read = statement_of(&(balances.clone() + &entry_of("2.00", "CRDT", "") + &pending));
    assert_eq!(read.status, Status::Ok, "{:?}", codes(&read));
    assert_eq!(entries(&read).iter().map(|e| e.is_booked).collect::<Vec<_>>(), [true, false]);
    let broken = statement_of(&(balances + &entry_of("2.01", "CRDT", "")));
    assert_eq!(codes(&broken), ["balance_chain"]);
}

#[test]
fn opening_and_closing_are_chosen_from_what_there_is() {
    let balance = |code: &str, amount: u32| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
             <CdtDbtInd>DBIT</CdtDbtInd></Bal>"
        )
    };
    for (codes, opening, closing) in [
        (&["PRCD", "CLBD"][..], Some(0), Some(1)),
        (&["CLBD", "OPBD", "PRCD"], Some(1), Some(0)),
        (&["ITBD", "ITBD"], Some(0), Some(1)),
        (&["OPBD", "ITBD"], Some(0), Some(1)),
        (&["ITBD", "CLBD"], Some(0), Some(1)),
        (&["ITBD"], Some(0), None),
        (&["CLAV"], None, None),
    ] {
        let all: String = codes.iter().zip(0..).map(|(code, n)| balance(code, n)).collect();
        let read = statement_of(&all);
        let whole = statements(&read)[0];
        let amount = |balance: &Option<puntual_formats::record::BalanceRecord>| {
            balance.as_ref().and_then(|balance| balance.amount).map(|amount| (-amount).to_string())
        };
        assert_eq!(amount(&whole.opening), opening.map(|n: u32| n.to_string()), "{codes:?}");
        assert_eq!(amount(&whole.closing), closing.map(|n: u32| n.to_string()), "{codes:?}");
    }
}

#[test]
fn an_amount_that_cannot_be_right_keeps_its_entry_waiting_and_no_other() {
    for (wrong, code) in [
        (entry_of("12..34", "CRDT", ""), "unreadable_amount"),
        (entry_of("1,50", "CRDT", ""), "unreadable_amount"),
        (entry_of("-1.50", "DBIT", ""), "unreadable_amount"),
        (entry_of("1e3", "CRDT", ""), "unreadable_amount"),
        (entry_of("99999999999999999999", "CRDT", ""), "unreadable_amount"),
        (entry_of("", "CRDT", ""), "missing_in_entry"),
        (entry_of("1.005", "CRDT", ""), "too_many_decimals"),
        (entry_of("1", "CR", ""), "unknown_direction"),
        (entry_of("1", "CRDT", "").replace("EUR", "E1R"), "unknown_currency"),
        (entry_of("1", "CRDT", "").replace("EUR\">1", "CLP\">1.5"), "too_many_decimals"),
        (entry_of("1", "CRDT", "").replace("2026-04-10", "2026-02-30"), "bad_date"),
        (entry_of("1", "CRDT", "").replace("BookgDt", "Other"), "entry_without_date"),
    ] {
        let read = statement_of(&(wrong.clone() + &entry_of("2.000000", "CRDT", "")));
        assert_eq!(codes(&read), [code], "{wrong}");
        let all = entries(&read);
        let outcomes: Vec<bool> = all.iter().map(|entry| entry.problems.is_empty()).collect();
        assert_eq!((read.status, outcomes), (Status::Quarantine, vec![false, true]), "{wrong}");
        assert_eq!(all[0].problems[0].place, "extracto 1, apunte 1");
    }
}

#[test]
fn an_entry_without_date_is_of_the_last_day_of_its_statement() {
    let entry = entry_of("1", "CRDT", "").replace("BookgDt", "Other");
    let period = "<FrToDt><ToDtTm>2026-04-30T23:59:59</ToDtTm></FrToDt>";
    let read = statement_of(&(period.to_owned() + &entry));
    assert_eq!((codes(&read), read.status), (vec!["entry_without_date"], Status::Warn));
    let on = entries(&read)[0].booked_on.map(|day| day.to_string());
    assert_eq!(on.as_deref(), Some("2026-04-30"));
}

#[test]
fn references_are_read_and_the_absence_of_one_is_none() {
    let details = "<NtryRef>N1</NtryRef><AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><TxDtls><Refs>\
                   <EndToEndId>NOTPROVIDED</EndToEndId><MndtId>M-1</MndtId><UETR>U-1</UETR></Refs>\
                   <AmtDtls><InstdAmt><Amt Ccy=\"USD\">11.00</Amt></InstdAmt></AmtDtls>\
                   <RmtInf><Ustrd>pago</Ustrd><Ustrd>factura  12</Ustrd><Strd><RfrdDocInf><Nb>F-12\
                   </Nb></RfrdDocInf><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd>\
                   </RmtInf></TxDtls></NtryDtls><AddtlNtryInf>ABONO</AddtlNtryInf>";
    let read = statement_of(&entry_of("10.00", "CRDT", details));
    let entry = entries(&read)[0];
    assert_eq!(entry.reference.as_deref(), Some("N1"));
    assert_eq!(entry.bank_reference.as_deref(), Some("B1"));
    assert_eq!(entry.details[0].bank_reference.as_deref(), Some("U-1"));
    assert_eq!(entry.mandate.as_deref(), Some("M-1"));
    assert_eq!(entry.creditor_reference.as_deref(), Some("RF18539007547034"));
    assert_eq!(entry.text.as_deref(), Some("pago factura 12 F-12 ABONO"));
    assert_eq!(entry.original.as_ref().map(|(_, currency)| currency.as_str()), Some("USD"));
    // The only transaction is the entry, whatever currency it was ordered in.
    assert_eq!(entry.details.len(), 1);
}

#[test]
fn a_batch_lists_its_transactions_and_a_difference_is_remarked() {
    let detail = |id: &str, amount: &str, more: &str| {
        format!(
            "<TxDtls><Refs><EndToEndId>{id}</EndToEndId></Refs><Amt Ccy=\"EUR\">{amount}</Amt>\
             {more}</TxDtls>"
        )
    };
    let batch = |count: &str, details: &str| {
        let inside = format!(
            "<NtryDtls><Btch><PmtInfId>P-1</PmtInfId><NbOfTxs>{count}</NbOfTxs></Btch>{details}\
             </NtryDtls>"
        );
        statement_of(&entry_of("30.00", "DBIT", &inside))
    };
    let returned = "<RtrInf><Rsn><Cd>AM04</Cd></Rsn><AddtlInf>Sin fondos</AddtlInf></RtrInf>";
    let two = detail("A", "10.00", returned) + &detail("B", "20.00", "");
    let read = batch("2", &two);
    let entry = entries(&read)[0];
    assert_eq!((read.status, entry.batch.as_deref()), (Status::Ok, Some("P-1")));
    let told: Vec<_> = entry
        .details
        .iter()
        .map(|d| {
            (d.end_to_end.as_deref(), d.amount.map(|a| a.to_string()), d.return_reason.clone())
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some("A"), Some("-10".to_owned()), Some("AM04".to_owned())),
            (Some("B"), Some("-20".to_owned()), None),
        ]
    );
    assert_eq!(entry.details[0].return_text.as_deref(), Some("Sin fondos"));
    assert_eq!(codes(&batch("3", &two)), ["batch_count"]);
    assert_eq!(codes(&batch("1", &detail("A", "10.00", ""))), ["details_differ"]);
    let fee = "<Chrgs><Rcrd><Amt Ccy=\"EUR\">5.00</Amt></Rcrd></Chrgs>";
    let with_fee = batch("2", &(detail("A", "10.00", fee) + &detail("B", "15.00", "")));
    assert_eq!(codes(&with_fee), Vec::<&str>::new());
    assert_eq!(entries(&with_fee)[0].charges.map(|c| c.to_string()).as_deref(), Some("5"));
}

#[test]
fn identical_entries_without_reference_are_kept_and_remarked() {
    let twin = entry_of("3.00", "CRDT", "<AddtlNtryInf>a cuenta</AddtlNtryInf>");
    let read = statement_of(&[twin.as_str(), &twin, &twin].concat());
    assert_eq!(codes(&read), ["twin_entry", "twin_entry"]);
    assert_eq!((entries(&read).len(), read.status), (3, Status::Warn));
    let told = entry_of("3.00", "CRDT", "<AcctSvcrRef>1</AcctSvcrRef>");
    assert_eq!(codes(&statement_of(&[told.as_str(), &told].concat())), Vec::<&str>::new());
}

#[test]
fn envelopes_prefixes_and_old_versions_make_no_difference() {
    let inside = "<x:Stmt><x:Id>1</x:Id><x:Acct><x:Id><x:PrtryAcct><x:Id>77</x:Id></x:PrtryAcct>\
                  </x:Id></x:Acct><x:Bal><x:Tp><x:Cd>OPBD</x:Cd></x:Tp><x:Amt Ccy='SEK'>1</x:Amt>\
                  </x:Bal><x:Ntry><x:Amt Ccy='SEK'>5</x:Amt><x:CdtDbtInd>CRDT</x:CdtDbtInd>\
                  <x:Sts>BOOK</x:Sts><x:BookgDt><x:DtTm>2026-01-02T03:04:05+01:00</x:DtTm></x:BookgDt>\
                  <x:Btch><x:NbOfTxs>1</x:NbOfTxs></x:Btch><x:TxDtls><x:Refs><x:EndToEndId>E</x:EndToEndId>\
                  </x:Refs></x:TxDtls></x:Ntry></x:Stmt>";
    for message in ["BkToCstmrStmtV01", "BkToCstmrStmt", "camt.053.001.01"] {
        let read = file(&format!(
            "<?xml version='1.0'?><message><AppHdr xmlns='urn:iso:std:iso:20022:tech:xsd:head.001'>\
             <BizMsgIdr>1</BizMsgIdr></AppHdr><x:Document xmlns:x='urn:camt.053.001.01'>\
             <x:{message}><x:GrpHdr/>{inside}{inside}</x:{message}></x:Document></message>"
        ));
        assert_eq!((read.format, read.status), ("camt", Status::Ok), "{:?}", codes(&read));
        let whole = statements(&read);
        assert_eq!(whole.len(), 2);
        assert_eq!(whole[1].version.as_deref(), Some("urn:camt.053.001.01"));
        assert_eq!(whole[1].account.number.as_deref(), Some("77"));
        assert_eq!(whole[1].currency.as_deref(), Some("SEK"));
        let entry = entries(&read)[1];
        assert_eq!((entry.statement, entry.ordinal, entry.details.len()), (1, 1, 1));
        assert_eq!(entry.booked_on.map(|day| day.to_string()).as_deref(), Some("2026-01-02"));
        assert_eq!(entry.reference.as_deref(), Some("E"));
    }
}

#[test]
fn a_file_cut_short_or_without_statement_gives_nothing() {
    let whole = format!("<Document><BkToCstmrStmt><Stmt>{}", entry_of("1", "CRDT", ""));
    for (xml, code) in [
        (whole.as_str(), "truncated_file"),
        ("<Document><BkToCstmrStmt></Document>", "malformed_xml"),
        ("<Document><BkToCstmrStmt/></Document>", "message_without_statement"),
        ("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.03'/>", "no_message"),
        ("<Document><CstmrPmtStsRpt/></Document>", "no_answer"),
        ("<Document><CstmrDrctDbtInitn/></Document>", "no_orders"),
        ("<!DOCTYPE a [<!ENTITY b 'x'>]><Document><BkToCstmrStmt/></Document>", "dtd_refused"),
    ] {
        let read = file(xml);
        assert_eq!(
            (read.status, codes(&read), read.records.len()),
            (Status::Reject, vec![code], 0)
        );
    }
}

#[test]
fn crowds_of_empty_entries_are_refused_before_they_fill_memory() {
    for crowd in ["<Ntry/>", "<Ntry><TxDtls/></Ntry>"] {
        assert_eq!(codes(&statement_of(&crowd.repeat(100_000))), ["hostile_xml"]);
    }
    let inside = "<TxDtls/>".repeat(100_000);
    assert_eq!(codes(&statement_of(&format!("<Ntry>{inside}</Ntry>"))), ["hostile_xml"]);
    let wide = format!("<Ntry>{}</Ntry>", "<A/>".repeat(200_000));
    assert_eq!(codes(&statement_of(&wide)), ["hostile_xml"]);
}

/// A statement of any length, made while it is read.
struct Endless {
    head: &'static [u8],
    entry: Vec<u8>,
    left: usize,
    tail: &'static [u8],
    now: io::Cursor<Vec<u8>>,
}

impl Read for Endless {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.now.read(to)?;
        if count > 0 {
            return Ok(count);
        }
        let next = if !self.head.is_empty() {
            std::mem::take(&mut self.head).to_vec()
        } else if self.left > 0 {
            self.left -= 1;
            self.entry.clone()
        } else {
            std::mem::take(&mut self.tail).to_vec()
        };
        self.now = io::Cursor::new(next);
        self.now.read(to)
    }
}

#[test]
fn a_statement_larger_than_memory_would_like_passes_entry_by_entry() {
    let entry = entry_of("1.00", "CRDT", "<AcctSvcrRef>1</AcctSvcrRef>").into_bytes();
    let from = Endless {
        head: b"<Document><BkToCstmrStmt><Stmt><Id>1</Id>",
        entry,
        left: 20_000,
        tail: b"</Stmt></BkToCstmrStmt></Document>",
        now: io::Cursor::default(),
    };
    let (mut count, mut sum) = (0, None);
    let summary = iso20022::stream(from, &mut |record| {
        match record {
            Record::BankEntry(_) => count += 1,
            Record::Statement(statement) => sum = Some(statement.sum_credit.to_string()),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    assert_eq!(summary.map(|summary| summary.format), Ok("camt"));
    assert_eq!((count, sum.as_deref()), (20_000, Some("20000")));
}

#[test]
fn answers_to_transactions_batches_and_whole_messages() {
    let read = file(
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.03'><CstmrPmtStsRpt><GrpHdr>\
         <MsgId>R</MsgId><CreDtTm>2026-04-07T08:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>\
         <OrgnlMsgId>REMESA-1</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>\
         <OrgnlPmtInfAndSts><OrgnlPmtInfId>L-1</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>F-1\
         </OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Cuenta\
         cerrada</AddtlInf></StsRsnInf><OrgnlTxRef><Amt><InstdAmt Ccy='EUR'>12.5</InstdAmt></Amt>\
         <MndtRltdInf><MndtId>M-1</MndtId></MndtRltdInf></OrgnlTxRef></TxInfAndSts>\
         </OrgnlPmtInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>L-2</OrgnlPmtInfId><PmtInfSts>RJCT\
         </PmtInfSts><StsRsnInf><Rsn><Prtry>X9</Prtry></Rsn></StsRsnInf></OrgnlPmtInfAndSts>\
         </CstmrPmtStsRpt></Document>",
    );
    assert_eq!((read.format, read.status), ("pain-002", Status::Ok));
    let [one, batch] = results(&read)[..] else { panic!("{:?}", read.records) };
    assert_eq!(one.end_to_end.as_deref(), Some("F-1"));
    assert_eq!(one.mandate.as_deref(), Some("M-1"));
    assert_eq!(one.reason.as_deref(), Some("AC04"));
    assert_eq!(one.reason_text.as_deref(), Some("Cuentacerrada"));
    assert_eq!(one.amount.map(|amount| amount.to_string()).as_deref(), Some("12.5"));
    assert_eq!(one.on.map(|day| day.to_string()).as_deref(), Some("2026-04-07"));
    assert_eq!((batch.end_to_end.as_deref(), batch.original_batch.as_deref()), (None, Some("L-2")));
    assert_eq!((batch.outcome.as_deref(), batch.reason.as_deref()), (Some("RJCT"), Some("X9")));
}

#[test]
fn a_message_refused_as_a_whole_says_so_once_and_lists_why() {
    let refused = |inside: &str| {
        file(&format!(
            "<Document><CstmrPmtStsRpt><GrpHdr/><OrgnlGrpInfAndSts><OrgnlMsgId>M</OrgnlMsgId>\
             <GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>\
             </OrgnlGrpInfAndSts>{inside}</CstmrPmtStsRpt></Document>"
        ))
    };
    let told = |read: &ReadFile| -> Vec<(Option<String>, Option<String>)> {
        results(read).iter().map(|r| (r.end_to_end.clone(), r.reason.clone())).collect()
    };
    assert_eq!(told(&refused("")), [(None, Some("FF01".to_owned()))]);
    // Version 2 has transactions without a batch; the status of the whole is theirs.
    let listed = "<TxInfAndSts><OrgnlEndToEndId>A</OrgnlEndToEndId></TxInfAndSts>";
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(told(&refused(listed)), [(None, some("FF01")), (some("A"), some("FF01"))]);
    let accepted = "<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>M</OrgnlMsgId><GrpSts>\
                    ACCP</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>";
    let read = file(accepted);
    assert_eq!(results(&read)[0].outcome.as_deref(), Some("ACCP"));
}

#[test]
fn an_order_is_compared_with_what_it_declares() {
    let transfer = |count: &str, sum: &str, batch_sum: &str| {
        file(&format!(
            "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'><CstmrCdtTrfInitn>\
             <GrpHdr><MsgId>T-1</MsgId><NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum></GrpHdr>\
             <PmtInf><PmtInfId>T-1/1</PmtInfId><PmtMtd>TRF</PmtMtd><CtrlSum>{batch_sum}</CtrlSum>\
             <ReqdExctnDt><Dt>2026-05-04</Dt></ReqdExctnDt><DbtrAcct><Id><IBAN>\
             ES9121000418450200051332</IBAN></Id></DbtrAcct><CdtTrfTxInf><PmtId><EndToEndId>D-1\
             </EndToEndId></PmtId><Amt><InstdAmt Ccy='EUR'>10.50</InstdAmt></Amt><Cdtr><Nm>CLIENTE\
             </Nm></Cdtr><CdtrAcct><Id><IBAN>ES7700491500012810123456</IBAN></Id></CdtrAcct>\
             </CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>"
        ))
    };
    let read = transfer("1", "10.50", "10.5");
    assert_eq!((read.format, read.status), ("pain-001", Status::Ok), "{:?}", codes(&read));
    let [Record::PaymentOrder(order)] = &read.records[..] else { panic!("{:?}", read.records) };
    assert!(!order.collects);
    let batch = &order.batches[0];
    assert_eq!(batch.on.map(|day| day.to_string()).as_deref(), Some("2026-05-04"));
    assert_eq!(batch.lines[0].party.name.as_deref(), Some("CLIENTE"));
    assert_eq!(codes(&transfer("2", "10.50", "10.50")), ["order_count"]);
    assert_eq!(codes(&transfer("1", "10.51", "10.50")), ["order_sum"]);
    assert_eq!(codes(&transfer("1", "10.50", "1")), ["order_sum"]);
    assert_eq!(codes(&transfer("x", "10.50", "10.50")), ["unreadable_amount"]);
    assert_eq!(transfer("2", "10.50", "10.50").status, Status::Quarantine);
}

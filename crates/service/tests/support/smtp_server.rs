//! A small SMTP server on loopback for tests: as many connections as come, each on its own
//! thread, with faults written down beforehand. It keeps what it accepted.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server does with one message, instead of accepting it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Accept it.
    None,
    /// A negative reply to MAIL.
    Mail(u16),
    /// A negative reply to RCPT.
    Rcpt(u16),
    /// A negative reply to DATA.
    Data(u16),
    /// A negative reply to the text.
    Text(u16),
    /// Hang up instead of answering MAIL.
    DropAtMail,
    /// Hang up after this many bytes of the text.
    DropMidText(usize),
    /// Store the message and hang up without a reply.
    DropAfterText,
    /// Store the message and answer only after this many milliseconds.
    Slow(u64),
    /// Store the message and answer nonsense.
    Nonsense,
    /// Accept the message and close the connection after the reply.
    CloseAfterReply,
}

/// A message the server has taken.
#[derive(Clone, Debug)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    /// The text as sent, with the doubled dots made single again.
    pub bytes: Vec<u8>,
}

#[derive(Default)]
struct Shared {
    faults: Vec<Fault>,
    received: Vec<Received>,
    connections: usize,
    /// Messages begun with MAIL.
    attempts: usize,
    credentials: Vec<String>,
    extensions: Vec<&'static str>,
    greeting: Option<&'static str>,
    /// How often each Message-ID was taken.
    taken: BTreeMap<String, usize>,
    /// Whether only that is kept of what is taken.
    only_counts: bool,
}

/// The running server; it stops when the test process ends.
pub struct SmtpServer {
    pub address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

impl SmtpServer {
    /// Starts a server whose n-th MAIL command meets the n-th fault; further ones meet none.
    pub fn start(faults: &[Fault]) -> SmtpServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Shared { faults: faults.to_vec(), ..Shared::default() };
        let shared = Arc::new(Mutex::new(shared));
        let server = SmtpServer { address, shared: Arc::clone(&shared) };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || {
                    shared.lock().unwrap().connections += 1;
                    // A connection that breaks is part of the tests.
                    let _ = Conversation::new(stream, shared).and_then(|mut c| c.hold());
                });
            }
        });
        server
    }

    /// Lets EHLO name these extensions, and the first line be another than `220 test`.
    pub fn offering(
        self,
        extensions: &[&'static str],
        greeting: Option<&'static str>,
    ) -> SmtpServer {
        let mut shared = self.shared.lock().unwrap();
        shared.extensions = extensions.to_vec();
        shared.greeting = greeting;
        drop(shared);
        self
    }

    /// Keeps of each message only that it was taken: for tests of very many.
    pub fn only_counting(self) -> SmtpServer {
        self.shared.lock().unwrap().only_counts = true;
        self
    }

    /// Lets the next message meet a fault.
    pub fn meet(&self, fault: Fault) {
        self.shared.lock().unwrap().faults = vec![fault];
    }

    /// How often each Message-ID was taken.
    pub fn taken(&self) -> BTreeMap<String, usize> {
        self.shared.lock().unwrap().taken.clone()
    }

    /// The messages taken so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.lock().unwrap().received.clone()
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.shared.lock().unwrap().connections
    }

    /// How many messages were begun.
    pub fn attempts(&self) -> usize {
        self.shared.lock().unwrap().attempts
    }

    /// The AUTH commands received.
    pub fn credentials(&self) -> Vec<String> {
        self.shared.lock().unwrap().credentials.clone()
    }
}

struct Conversation {
    input: BufReader<TcpStream>,
    output: TcpStream,
    shared: Arc<Mutex<Shared>>,
    fault: Fault,
    from: String,
    to: Vec<String>,
}

impl Conversation {
    fn new(stream: TcpStream, shared: Arc<Mutex<Shared>>) -> std::io::Result<Conversation> {
        let output = stream.try_clone()?;
        let input = BufReader::new(stream);
        let (from, to) = (String::new(), Vec::new());
        Ok(Conversation { input, output, shared, fault: Fault::None, from, to })
    }

    fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.output.write_all(format!("{text}\r\n").as_bytes())
    }

    fn hang_up(&mut self) -> std::io::Result<()> {
        self.output.shutdown(Shutdown::Both)?;
        Err(std::io::ErrorKind::ConnectionAborted.into())
    }

    fn hold(&mut self) -> std::io::Result<()> {
        let greeting = self.shared.lock().unwrap().greeting;
        self.say(greeting.unwrap_or("220 test"))?;
        let mut line = String::new();
        loop {
            line.clear();
            if self.input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let verb = line.get(..4).unwrap_or("").to_ascii_uppercase();
            match &*verb {
                "EHLO" => self.greet()?,
                "AUTH" => {
                    self.shared.lock().unwrap().credentials.push(line.trim().to_owned());
                    let good = line.contains("AGFuYQBzZWNyZXRv");
                    self.say(if good { "235 welcome" } else { "535 wrong password" })?;
                }
                "MAIL" => self.mail(&line)?,
                "RCPT" => self.rcpt(&line)?,
                "DATA" => self.text()?,
                "QUIT" => {
                    self.say("221 bye")?;
                    return Ok(());
                }
                "RSET" | "NOOP" => self.say("250 fine")?,
                _ => self.say("502 what?")?,
            }
        }
    }

    fn greet(&mut self) -> std::io::Result<()> {
        let extensions = self.shared.lock().unwrap().extensions.clone();
        for extension in extensions {
            self.say(&format!("250-{extension}"))?;
        }
        self.say("250-8BITMIME\r\n250 test")
    }

    fn mail(&mut self, line: &str) -> std::io::Result<()> {
        self.fault = {
            let mut shared = self.shared.lock().unwrap();
            shared.attempts += 1;
            if shared.faults.is_empty() { Fault::None } else { shared.faults.remove(0) }
        };
        self.from = line[10..].trim().to_owned();
        self.to.clear();
        match self.fault {
            Fault::Mail(code) => self.say(&format!("{code} not from you")),
            Fault::DropAtMail => self.hang_up(),
            _ => self.say("250 from"),
        }
    }

    fn rcpt(&mut self, line: &str) -> std::io::Result<()> {
        if let Fault::Rcpt(code) = self.fault {
            return self.say(&format!("{code} no such user"));
        }
        self.to.push(line[8..].trim().to_owned());
        self.say("250 to")
    }

    fn text(&mut self) -> std::io::Result<()> {
        if let Fault::Data(code) = self.fault {
            return self.say(&format!("{code} not now"));
        }
        self.say("354 go on")?;
        let mut bytes = Vec::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            if self.input.read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            if let Fault::DropMidText(limit) = self.fault
                && bytes.len() >= limit
            {
                return self.hang_up();
            }
            if line == b".\r\n" {
                break;
            }
            bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        if let Fault::Text(code) = self.fault {
            return self.say(&format!("{code} no, thank you"));
        }
        let received = Received { from: self.from.clone(), to: self.to.clone(), bytes };
        {
            let mut shared = self.shared.lock().unwrap();
            let head = String::from_utf8_lossy(&received.bytes);
            let named = |line: &&str| line.to_ascii_lowercase().starts_with("message-id:");
            let id = head.lines().take_while(|line| !line.is_empty()).find(named);
            let id = id.and_then(|line| line.split_once(':')).map_or("", |(_, id)| id.trim());
            *shared.taken.entry(id.to_owned()).or_insert(0) += 1;
            if !shared.only_counts {
                drop(head);
                shared.received.push(received);
            }
        }
        match self.fault {
            Fault::DropAfterText => self.hang_up(),
            Fault::Nonsense => self.say("meh"),
            Fault::CloseAfterReply => {
                self.say("250 stored as 1")?;
                self.hang_up()
            }
            Fault::Slow(milliseconds) => {
                std::thread::sleep(Duration::from_millis(milliseconds));
                self.say("250 stored as 1")
            }
            _ => self.say("250 stored as 1"),
        }
    }
}

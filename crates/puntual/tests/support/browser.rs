//! A browser without a screen or script: keeps cookies, follows what it is told, finds forms.

use super::PASSWORD;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of a name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first address on the page that begins like this.
    pub fn link(&self, beginning: &str) -> String {
        let text = self.text();
        let mark = format!("href=\"{beginning}");
        let rest = text.split(&mark).nth(1).unwrap_or_else(|| panic!("no link to {beginning}"));
        format!("{beginning}{}", rest.split(['"', '?', '#']).next().unwrap())
    }

    /// The hidden value of a name within the form that posts to an action.
    pub fn hidden(&self, action: &str, name: &str) -> String {
        let text = self.text();
        let form = text
            .split("<form")
            .skip(1)
            .find(|form| form.split('>').next().unwrap().contains(action))
            .unwrap_or_else(|| panic!("no form to {action}"));
        let mark = format!("name=\"{name}\" value=\"");
        let rest = form.split(&mark).nth(1).unwrap_or_else(|| panic!("no {name} in {action}"));
        rest.split('"').next().unwrap().to_owned()
    }
}

/// A browser at one program.
pub struct Browser {
    address: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A browser that has never been there.
    pub fn new(address: &str) -> Browser {
        Browser { address: address.to_owned(), cookies: BTreeMap::new() }
    }

    /// A browser signed in as the user of a role.
    pub fn signed_in(address: &str, role: &str) -> Browser {
        let mut browser = Browser::new(address);
        let answer = browser.sign_in(&format!("{role}@nandu.example"), PASSWORD);
        assert_eq!(answer.status, 303, "{}", answer.text());
        browser
    }

    /// Tries to sign in.
    pub fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        let door = self.get("/entrar");
        let csrf = door.hidden("/entrar", "csrf");
        let form =
            [("csrf", csrf.as_str()), ("volver", "/"), ("email", email), ("password", password)];
        self.post("/entrar", &form)
    }

    /// Asks for a page.
    pub fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "", &[])
    }

    /// Sends a form as it is.
    pub fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let kind = "application/x-www-form-urlencoded";
        self.send("POST", path, kind, pairs.join("&").as_bytes())
    }

    /// Sends a form of a page with its token and, where it has one, its command's id; then opens
    /// the page it leads to.
    pub fn submit(&mut self, page: &str, action: &str, form: &[(&str, &str)]) -> (Answer, Answer) {
        let shown = self.get(page);
        let csrf = shown.hidden(action, "csrf");
        let mut all = vec![("csrf", csrf.as_str())];
        let has_id = shown.text().split("<form").any(|form| {
            form.split('>').next().unwrap().contains(action)
                && form.split("</form").next().unwrap().contains("name=\"id\"")
        });
        let id = if has_id { shown.hidden(action, "id") } else { String::new() };
        if has_id {
            all.push(("id", &id));
        }
        all.extend_from_slice(form);
        let answer = self.post(action, &all);
        let next = match answer.header("location") {
            Some(next) => self.get(next),
            None => Answer { status: 0, headers: Vec::new(), body: Vec::new() },
        };
        (answer, next)
    }

    /// Sends files as the upload form does.
    pub fn upload(&mut self, files: &[(&str, &[u8])]) -> Answer {
        let page = self.get("/importar");
        let (csrf, id) = (page.hidden("/importar", "csrf"), page.hidden("/importar", "id"));
        let mut body = Vec::new();
        for (name, value) in [("csrf", &csrf), ("id", &id)] {
            let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend(format!("{head}{value}\r\n").into_bytes());
        }
        for (name, content) in files {
            let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=";
            body.extend(format!("{head}\"{name}\"\r\n\r\n").into_bytes());
            body.extend_from_slice(content);
            body.extend(b"\r\n");
        }
        body.extend(b"--x--\r\n");
        self.send("POST", "/importar", "multipart/form-data; boundary=x", &body)
    }

    /// Waits until an import is done.
    pub fn imported(&mut self, page: &str) -> Answer {
        for _ in 0..600 {
            let progress = self.get(&format!("{page}/avance")).text();
            if progress.contains("\"done\"") {
                return self.get(page);
            }
            assert!(!progress.contains("\"failed\""), "{progress}");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the import at {page} never ended");
    }

    fn send(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        request += "Connection: close\r\n";
        if !cookies.is_empty() {
            request += &format!("Cookie: {}\r\n", cookies.join("; "));
        }
        if method == "POST" {
            request += &format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        }
        request += "\r\n";
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        // A refused upload is answered before it is read to its end.
        let _ = stream.write_all(body);
        let mut received = Vec::new();
        let _ = stream.read_to_end(&mut received);
        let answer = parse(&received);
        for (name, value) in &answer.headers {
            if name == "set-cookie" {
                let pair = value.split(';').next().unwrap();
                let (name, kept) = pair.split_once('=').unwrap();
                match kept.is_empty() {
                    true => self.cookies.remove(name),
                    false => self.cookies.insert(name.to_owned(), kept.to_owned()),
                };
            }
        }
        answer
    }
}

fn parse(received: &[u8]) -> Answer {
    let end = received.windows(4).position(|four| four == b"\r\n\r\n").expect("an HTTP answer");
    let head = String::from_utf8_lossy(&received[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let mut body = received[end + 4..].to_vec();
    if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") {
        body = unchunked(&body);
    }
    Answer { status, headers, body }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = String::from_utf8_lossy(&rest[..end]).into_owned();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
    body
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

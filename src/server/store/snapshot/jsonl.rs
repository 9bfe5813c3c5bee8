//! A snapshot as text: the format of a backup, and of the administrative socket.
//!
//! JSON Lines: each line is an object with one member, whose name is the line's type.
//!
//! ```text
//! {"market":{"format":1,"engine":"embedded","cursor":"1f3a-42","schema":1,"at":"…","documents":7,"restoring":null}}
//! {"document":{"key":"order:…","text":"{…}","indexes":["all",…],"history":[{"seq":1,"text":"{…}"},…]}}
//! {"once":{"name":"…","until":1780000000000,"text":"1f3a-41 {…}"}}
//! {"end":{"records":8,"sha256":"…"}}
//! ```
//!
//! The sum covers all bytes before its line. Without that line, or with another sum, the text is not complete.

use super::{Head, Record, Result, Snapshot, StoreError, TroubleKind};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, BufReader, Read, Write};

/// The version of this format.
const FORMAT: u32 = 1;
/// The largest length of a line, in bytes. An order with its whole history takes some kilobytes.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Market(FirstLine),
    End(End),
    #[serde(untagged)]
    Record(Record),
}

#[derive(Serialize, Deserialize)]
struct FirstLine {
    format: u32,
    #[serde(flatten)]
    head: Head,
}

#[derive(Serialize, Deserialize)]
struct End {
    records: u64,
    sha256: String,
}

/// Writes all records, and returns their number. Nothing is synced.
pub fn write(
    head: &Head,
    records: impl Iterator<Item = Result<Record>>,
    mut to: impl Write,
) -> Result<u64> {
    let (mut sum, mut count) = (Sha256::new(), 0);
    let mut line = |line: &Line| {
        let mut text = serde_json::to_vec(line).map_err(|error| write_error(error.into()))?;
        text.push(b'\n');
        sum.update(&text);
        to.write_all(&text).map_err(write_error)
    };
    line(&Line::Market(FirstLine {
        format: FORMAT,
        head: head.clone(),
    }))?;
    for record in records {
        line(&Line::Record(record?))?;
        count += 1;
    }
    let end = Line::End(End {
        records: count,
        sha256: hex(sum),
    });
    let end = serde_json::to_string(&end).map_err(|error| write_error(error.into()))?;
    writeln!(to, "{end}").map_err(write_error)?;
    to.flush().map_err(write_error)?;
    Ok(count)
}

fn write_error(error: io::Error) -> StoreError {
    StoreError::Broken(format!("it cannot be written: {error}"))
}

fn hex(sum: Sha256) -> String {
    let bytes = sum.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`write`] has written. Ends with an error where the text is cut off or altered.
pub struct Lines<R> {
    pub head: Head,
    from: BufReader<R>,
    sum: Sha256,
    records: u64,
    over: bool,
}

impl Snapshot {
    /// Reads what [`write`] has written.
    pub fn from_lines(from: impl Read + Send + 'static) -> Result<Snapshot> {
        let lines = Lines::open(from)?;
        let (snapshot, sink) = Snapshot::new(lines.head.clone());
        std::thread::Builder::new()
            .name("snapshot".to_owned())
            .spawn(move || sink.run(|sink| lines.into_iter().try_for_each(|r| sink.put(r?))))
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(snapshot)
    }
}

impl<R: Read> Lines<R> {
    pub fn open(from: R) -> Result<Lines<R>> {
        let mut from = BufReader::new(from);
        let (text, _) = next_line(&mut from)?;
        // The rest of a later format's line is not known here.
        #[derive(Deserialize)]
        struct AnyFormat {
            market: Version,
        }
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let no_backup = |_| StoreError::Broken("this is not a backup of a market".to_owned());
        let any: AnyFormat = serde_json::from_slice(&text).map_err(no_backup)?;
        let format = any.market.format;
        if format != FORMAT {
            let why = format!(
                "its format is {format}, and this program knows {FORMAT}: use the program that wrote it, or a later one"
            );
            return Err(StoreError::Broken(why));
        }
        let Ok(Line::Market(FirstLine { head, .. })) = serde_json::from_slice(&text) else {
            return Err(altered("its first line cannot be read"));
        };
        let mut sum = Sha256::new();
        sum.update(&text);
        Ok(Lines {
            head,
            from,
            sum,
            records: 0,
            over: false,
        })
    }

    fn read(&mut self) -> Result<Option<Record>> {
        let (text, whole) = next_line(&mut self.from)?;
        if text.is_empty() || !whole {
            return Err(altered("it is cut off"));
        }
        match serde_json::from_slice(&text) {
            Ok(Line::Record(record)) => {
                self.sum.update(&text);
                self.records += 1;
                Ok(Some(record))
            }
            Ok(Line::End(end)) => {
                let same = end.sha256 == hex(self.sum.clone()) && end.records == self.records;
                let last = self.from.fill_buf().map_err(read_error)?.is_empty();
                match same && last {
                    true => Ok(None),
                    false => Err(altered("its checksum does not match")),
                }
            }
            _ => Err(altered("a line cannot be read")),
        }
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        if self.over {
            return None;
        }
        let record = self.read();
        self.over = !matches!(record, Ok(Some(_)));
        record.transpose()
    }
}

/// The next line with its end, and whether it has one.
fn next_line(from: &mut impl BufRead) -> Result<(Vec<u8>, bool)> {
    let mut text = Vec::new();
    let mut bounded = from.take(LONGEST_LINE);
    bounded.read_until(b'\n', &mut text).map_err(read_error)?;
    let whole = text.ends_with(b"\n");
    Ok((text, whole))
}

fn altered(why: &str) -> StoreError {
    StoreError::Broken(format!("it is not as it was written: {why}"))
}

fn read_error(error: io::Error) -> StoreError {
    let why = format!("it cannot be read: {error}");
    TroubleKind::Unreachable.because(why).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::Time,
        server::store::{
            Index, Key,
            snapshot::{Held, Past, StoredRecord},
        },
    };

    fn head() -> Head {
        Head {
            engine: "embedded".to_owned(),
            cursor: "e-3".parse().unwrap(),
            schema: 1,
            at: Time::from_millis(1_780_000_000_000),
            documents: 1,
            restoring: None,
        }
    }

    fn records() -> Vec<Record> {
        vec![
            Record::LogEntry {
                seq: 3,
                fingerprint: Some(u64::MAX),
            },
            Record::Total {
                index: Index("all".to_owned()),
                keys: 1,
            },
            Record::Document(Held {
                key: Key("thing:1".to_owned()),
                text: Some("{\"a\": \"ü\u{2028}\n\"}".to_owned()),
                indexes: vec![Index("all".to_owned())],
                history: vec![Past {
                    seq: 3,
                    text: "{}".to_owned(),
                }],
            }),
            Record::Idempotency(StoredRecord {
                name: "key:1".to_owned(),
                expires: 1_780_000_000_000,
                text: "e-3 {}".to_owned(),
            }),
        ]
    }

    fn written() -> Vec<u8> {
        let mut text = Vec::new();
        assert_eq!(
            write(&head(), records().into_iter().map(Ok), &mut text).unwrap(),
            4
        );
        text
    }

    fn read(text: &[u8]) -> Result<Vec<Record>> {
        Lines::open(text)?.collect()
    }

    #[test]
    fn a_written_snapshot_is_read_back() {
        let text = written();
        assert_eq!(Lines::open(&*text).unwrap().head, head());
        assert_eq!(read(&text).unwrap(), records());
    }

    /// Backups of earlier versions of this program have this format.
    #[test]
    fn the_format_is_stable() {
        let text = String::from_utf8(written()).unwrap();
        let (records, end) = text.rsplit_once("{\"end\":").unwrap();
        let expected = r#"{"market":{"format":1,"engine":"embedded","cursor":"e-3","schema":1,"at":"2026-05-28T20:26:40.000Z","documents":1,"restoring":null}}
{"logged":{"seq":3,"print":18446744073709551615}}
{"total":{"index":"all","keys":1}}
{"document":{"key":"thing:1","text":"{\"a\": \"ü<LS>\n\"}","indexes":["all"],"history":[{"seq":3,"text":"{}"}]}}
{"once":{"name":"key:1","until":1780000000000,"text":"e-3 {}"}}
"#;
        assert_eq!(records, expected.replace("<LS>", "\u{2028}"));
        assert!(end.starts_with("{\"records\":4,\"sha256\":\""));
    }

    #[test]
    fn a_cut_or_altered_snapshot_is_refused() {
        let text = written();
        for place in 0..text.len() {
            assert!(read(&text[..place]).is_err(), "cut at {place}");
            let mut altered = text.clone();
            altered[place] ^= 1;
            assert!(read(&altered).is_err(), "altered at {place}");
        }
        assert!(read(&[&*text, b"\n"].concat()).is_err());
    }

    #[test]
    fn a_later_format_is_named() {
        let error = Lines::open(&b"{\"market\":{\"format\":7,\"new\":[]}}\n"[..])
            .err()
            .unwrap();
        assert!(error.to_string().contains("format is 7"), "{error}");
    }
}

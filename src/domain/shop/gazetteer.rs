//! Where postcodes are: a list of places, read from a file.

use super::{area::Postcode, basket::Point};
use std::collections::HashMap;

/// Postcodes with their town and a point in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gazetteer(HashMap<Postcode, GazetteerEntry>);

#[derive(Clone, Debug, PartialEq)]
pub struct GazetteerEntry {
    pub town: Box<str>,
    pub point: Point,
}

/// What is wrong with a line of the file, which is counted from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GazetteerFault {
    pub line: usize,
    pub why: &'static str,
}

/// The columns that are read.
const HEADER: [&str; 4] = ["postcode", "town", "lat", "lon"];
/// Where GeoNames has these, of its columns: country, postcode, place, six of regions, latitude, longitude, accuracy.
const GEONAMES: [usize; 4] = [1, 2, 9, 10];
/// An operator mends some at once, and not thousands.
const MAX_FAULTS: usize = 20;

impl Gazetteer {
    /// Reads a CSV of [`HEADER`], or a file of GeoNames' postal codes, whose columns are separated by tabs. Of a postcode
    /// with several places the first one counts.
    ///
    /// # Errors
    /// The first faults.
    pub fn read(text: &str) -> Result<Gazetteer, Vec<GazetteerFault>> {
        let text = text.trim_start_matches('\u{feff}');
        let lines = (1..).zip(text.lines());
        let mut lines = lines.filter(|(_, line)| !line.trim().is_empty());
        let is_geonames = text.lines().find(|line| !line.trim().is_empty());
        let is_geonames = is_geonames.is_some_and(|line| line.contains('\t'));
        if !is_geonames {
            read_header(lines.next())?;
        }
        let (mut places, mut faults) = (HashMap::new(), Vec::new());
        for (line, text) in lines {
            let read = match is_geonames {
                true => read_geonames(text),
                false => read_csv(text),
            };
            match read {
                Ok((postcode, entry)) => drop(places.entry(postcode).or_insert(entry)),
                Err(why) => faults.push(GazetteerFault { line, why }),
            }
            if faults.len() == MAX_FAULTS {
                break;
            }
        }
        match faults.is_empty() {
            true => Ok(Gazetteer(places)),
            false => Err(faults),
        }
    }

    pub fn get(&self, postcode: &Postcode) -> Option<&GazetteerEntry> {
        self.0.get(postcode)
    }

    /// How many postcodes it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

type Row = (Postcode, GazetteerEntry);

fn read_header(line: Option<(usize, &str)>) -> Result<(), Vec<GazetteerFault>> {
    let Some((line, text)) = line else {
        return Ok(());
    };
    let is_header = cells(text).is_ok_and(|cells| {
        let names = cells.iter().map(|cell| cell.trim().to_lowercase());
        names.eq(HEADER.map(str::to_owned))
    });
    let why = "the first line is not postcode,town,lat,lon";
    let fault = GazetteerFault { line, why };
    is_header.then_some(()).ok_or(vec![fault])
}

fn read_csv(line: &str) -> Result<Row, &'static str> {
    let cells = cells(line)?;
    match cells.as_slice() {
        [postcode, town, lat, lon] => place(postcode, town, lat, lon),
        _ => Err("it does not have four columns"),
    }
}

fn read_geonames(line: &str) -> Result<Row, &'static str> {
    let cells: Vec<_> = line.split('\t').collect();
    let cell = |column: usize| cells.get(column).copied();
    match GEONAMES.map(cell) {
        [Some(postcode), Some(town), Some(lat), Some(lon)] => place(postcode, town, lat, lon),
        _ => Err("it does not have the columns of GeoNames' postal codes"),
    }
}

fn place(postcode: &str, town: &str, lat: &str, lon: &str) -> Result<Row, &'static str> {
    let postcode = Postcode::of(postcode).ok_or("it has no postcode")?;
    let town = town.trim();
    if town.is_empty() {
        return Err("it has no town");
    }
    let lat = units(lat, 90.0).ok_or("its latitude is not from -90 to 90")?;
    let lon = units(lon, 180.0).ok_or("its longitude is not from -180 to 180")?;
    let (town, point) = (town.into(), Point { lat, lon });
    Ok((postcode, GazetteerEntry { town, point }))
}

/// Degrees in hundred-thousandths. Files have more decimals, which mean less than a metre.
fn units(text: &str, max: f64) -> Option<i32> {
    let degrees: f64 = text.trim().parse().ok()?;
    let is_valid = degrees.is_finite() && degrees.abs() <= max;
    is_valid.then(|| (degrees * 100_000.0).round() as i32)
}

/// The cells of a line of CSV. One in quotes may have commas, and quotes as two of them.
fn cells(line: &str) -> Result<Vec<String>, &'static str> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if is_quoted || cell.is_empty() => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
        }
    }
    cells.push(cell);
    match is_quoted {
        true => Err("a quote is not closed"),
        false => Ok(cells),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(gazetteer: &Gazetteer, postcode: &str) -> Option<(String, i32, i32)> {
        let entry = gazetteer.get(&Postcode::of(postcode)?)?;
        Some((entry.town.to_string(), entry.point.lat, entry.point.lon))
    }

    #[test]
    fn a_csv_is_read() {
        let text = "\u{feff}Postcode,town,lat,lon\r\n10115,Berlin,52.532,13.3849\r\n\r\n\
            sw1a 1aa,\"London, \"\"W\"\"\",51.501009,-0.141588\r\n10115,Elsewhere,1,2\n";
        let read = Gazetteer::read(text).unwrap();
        assert_eq!(read.len(), 2);
        let berlin = ("Berlin".to_owned(), 5_253_200, 1_338_490);
        assert_eq!(found(&read, "10 115"), Some(berlin));
        let london = ("London, \"W\"".to_owned(), 5_150_101, -14_159);
        assert_eq!(found(&read, "SW1A 1aa"), Some(london));
        assert_eq!(found(&read, "10117"), None);
        assert_eq!(Gazetteer::read("").unwrap(), Gazetteer::default());
    }

    #[test]
    fn postal_codes_of_geonames_are_read() {
        let text = "DE\t10115\tBerlin\tBerlin\tBE\t\t00\tBerlin, Stadt\t11000\t52.5323\t13.3846\t4\n\
            GB\tAB10 1AB\tAberdeen\tScotland\tSCT\t\t\t\t\t57.1497\t-2.0943\t\n";
        let read = Gazetteer::read(text).unwrap();
        let aberdeen = ("Aberdeen".to_owned(), 5_714_970, -209_430);
        assert_eq!(found(&read, "ab101ab"), Some(aberdeen));
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn a_fault_names_its_line() {
        let lines = |text: &str| {
            let faults = Gazetteer::read(text).unwrap_err();
            faults.iter().map(|fault| fault.line).collect::<Vec<_>>()
        };
        assert_eq!(lines("code,place\n1,A\n"), [1]);
        let text = "postcode,town,lat,lon\n1,A,91,0\n2,B,0,0\n3,C,0\n\n,D,0,0\n4,,0,0\n5,E,0,181\n6,\"F,0,0\n7,G,NaN,0\n";
        assert_eq!(lines(text), [2, 4, 6, 7, 8, 9, 10]);
        assert_eq!(lines("DE\t1\tA\t\t\t\t\t\t\t1\t2\nDE\t2\tB\n"), [2]);
        let many = format!("postcode,town,lat,lon\n{}", "x\n".repeat(100));
        assert_eq!(lines(&many).len(), MAX_FAULTS);
    }
}

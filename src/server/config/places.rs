//! The places that an area of so many metres is measured to: postcodes with their points, from a file.

use super::{
    env::{ConfigError, Result},
    settings::PLACES,
};
use crate::domain::shop::gazetteer::{Gazetteer, GazetteerFault};
use std::{fs, path::Path};

/// Those of the example market.
const EXAMPLE: &str = include_str!("../../example/places.csv");

/// The places of the setting's file, or those of the example market.
pub fn places() -> Result<Gazetteer> {
    match PLACES.value()? {
        Some(path) => read(Path::new(&path)),
        None => parse(EXAMPLE),
    }
}

fn read(path: &Path) -> Result<Gazetteer> {
    let file = fs::read(path);
    let file = file
        .map_err(|error| PLACES.invalid(format!("{} cannot be read: {error}", path.display())))?;
    let text = String::from_utf8(file).map_err(|error| {
        let read = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to());
        let line = 1 + read.filter(|byte| **byte == b'\n').count();
        PLACES.invalid(format!("line {line}: it is not UTF-8"))
    })?;
    parse(&text)
}

fn parse(text: &str) -> Result<Gazetteer> {
    Gazetteer::read(text).map_err(|faults| of_faults(&faults))
}

/// One error of all faults, in the order of their lines.
fn of_faults(faults: &[GazetteerFault]) -> ConfigError {
    let lines = faults.iter();
    let lines = lines.map(|fault| format!("line {}: {}", fault.line, fault.why));
    PLACES.invalid(lines.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::area::Postcode;

    #[test]
    fn the_example_town_has_its_places() {
        let places = parse(EXAMPLE).unwrap();
        assert_eq!(places.len(), EXAMPLE.lines().count() - 1);
        let postcode = Postcode::of("fn 1").unwrap();
        assert_eq!(&*places.get(&postcode).unwrap().town, "Fornello");
    }

    #[test]
    fn faults_of_a_file_name_their_lines() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("places.csv");
        let fault = |text: &[u8]| {
            fs::write(&file, text).unwrap();
            read(&file).unwrap_err().to_string()
        };
        let text = b"postcode,town,lat,lon\n1,A,91,0\n2,B,0,0\n3,C,0\n";
        assert_eq!(
            fault(text),
            "PLACES: line 2: its latitude is not from -90 to 90; line 4: it does not have four columns"
        );
        assert_eq!(
            fault(b"postcode,town,lat,lon\n1,K\xf6ln,50,7\n"),
            "PLACES: line 2: it is not UTF-8"
        );
        fs::remove_file(&file).unwrap();
        assert!(
            read(&file)
                .unwrap_err()
                .to_string()
                .contains("cannot be read")
        );
    }
}

//! The syntax of `.env`, which docs/operate/configure.md describes. Nothing in it is substituted: `$` is a plain character.

/// A line that cannot be read. The error does not repeat it, because it may hold a secret.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct SyntaxError {
    /// Counted from 1.
    line: usize,
    why: String,
}

/// Names and values, in the order of their lines.
pub type Assignments = Vec<(String, String)>;

type Parsed<T> = Result<T, String>;

/// The names and values of a file, in the order of its lines.
pub fn parse(text: &str) -> Result<Assignments, SyntaxError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut assignments = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let assignment = assignment(line.trim()).map_err(|why| SyntaxError {
            line: line_number,
            why,
        })?;
        assignments.extend(assignment);
    }
    Ok(assignments)
}

/// The name and the value; `None` of an empty line or a comment.
fn assignment(line: &str) -> Parsed<Option<(String, String)>> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    if line.contains('\0') {
        return Err("it contains a NUL character".to_owned());
    }
    let exported = line.strip_prefix("export");
    let exported = exported.filter(|rest| rest.starts_with(char::is_whitespace));
    let (name, value) = exported
        .unwrap_or(line)
        .split_once('=')
        .ok_or("write NAME=value, or # before a comment")?;
    let name = name.trim();
    if !is_name(name) {
        return Err("write NAME=value, with a name of letters, digits, _, . and -".to_owned());
    }
    let value = value_of(value.trim_start()).map_err(|why| format!("{name} {why}"))?;
    Ok(Some((name.to_owned(), value)))
}

fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    !name.is_empty() && name.chars().all(allowed)
}

fn value_of(text: &str) -> Parsed<String> {
    let quoted = |quote| text.strip_prefix(quote);
    if let Some(text) = quoted('\'') {
        let (value, rest) = text
            .split_once('\'')
            .ok_or_else(|| unclosed("single", "double"))?;
        return alone(value.to_owned(), rest);
    }
    if let Some(text) = quoted('"') {
        let (value, rest) = double_quoted(text).ok_or_else(|| unclosed("double", "single"))?;
        return alone(value, rest);
    }
    Ok(before_comment(text).to_owned())
}

fn unclosed(quotes: &str, other: &str) -> String {
    format!(
        "begins with a {quotes} quote that is not closed on this line: close it, or put the whole value into {other} quotes"
    )
}

/// A quoted value, if nothing but a comment follows its closing quote.
fn alone(value: String, rest: &str) -> Parsed<String> {
    match before_comment(rest) {
        "" => Ok(value),
        _ => Err(
            "goes on after its closing quote: put the whole value into the other kind of quotes, or \\ before each \
             double quote within double quotes"
                .to_owned(),
        ),
    }
}

/// The text before a `#` that begins it or follows a blank, without blanks around it.
fn before_comment(text: &str) -> &str {
    let mut after_blank = true;
    let comment = text.find(|c: char| {
        let begins = c == '#' && after_blank;
        after_blank = c.is_whitespace();
        begins
    });
    text[..comment.unwrap_or(text.len())].trim()
}

/// The value up to the closing quote, and what follows it. As in a shell, a backslash stands for itself, except before
/// the characters that a shell would interpret.
fn double_quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return Some((value, rest.as_str())),
            '\\' if rest.as_str().starts_with(['"', '\\', '$', '`']) => value.extend(rest.next()),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(line: &str) -> Result<String, SyntaxError> {
        let mut all = parse(line)?;
        assert_eq!(all.len(), 1, "{line}");
        Ok(all.remove(0).1)
    }

    #[test]
    fn a_value_is_what_is_written() {
        for (written, read) in [
            ("pa$word1", "pa$word1"),
            ("${HOME}$(id)`id`", "${HOME}$(id)`id`"),
            (r"a\b\", r"a\b\"),
            (r#"a"b'c"#, r#"a"b'c"#),
            ("two words", "two words"),
            ("  spaced \t", "spaced"),
            ("a#b", "a#b"),
            ("a #b", "a"),
            ("a\t# b", "a"),
            ("# b", ""),
            ("", ""),
            ("a=b", "a=b"),
            ("Käse", "Käse"),
            ("' a$b \\ # \"c\" '", " a$b \\ # \"c\" "),
            ("'' # none", ""),
            (r#""pa$word1""#, "pa$word1"),
            (r#"" a # b'c ""#, " a # b'c "),
            (r#""\"\\\$\`\n\a" # four"#, r#""\$`\n\a"#),
        ] {
            assert_eq!(
                value(&format!("X={written}")).as_deref(),
                Ok(read),
                "{written}"
            );
        }
    }

    #[test]
    fn names_comments_and_ends_of_lines_are_read_as_people_write_them() {
        let text = "\u{feff}# first\r\n\r\nexport A=1\r\n B = 2 \r\nexported=3\n\tC-D.e=\n  # last";
        let read = parse(text).unwrap();
        let read: Vec<_> = read.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let all = [("A", "1"), ("B", "2"), ("exported", "3"), ("C-D.e", "")];
        assert_eq!(read, all);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_counted_and_not_repeated() {
        for line in [
            "s3cret",
            "=s3cret",
            "s3cret s3cret=1",
            "export s3cret",
            "X='s3cret",
            "X=\"s3cret\\\"",
            "X='s3cret's3cret",
            "X=\"s3cret\" s3cret",
            "X=s3cret\0",
        ] {
            let error = parse(&format!("A=1\n{line}")).unwrap_err().to_string();
            assert!(error.starts_with("line 2: "), "{line}: {error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}

//! A table of plain text with aligned columns.

/// A heading, the names of the columns, and the rows.
pub(super) fn table<const N: usize>(heading: &str, columns: [&str; N], rows: &[[String; N]]) -> String {
    let widths = columns.iter().enumerate().map(|(column, name)| {
        let cells = rows.iter().map(|row| row.get(column).map_or(0, |cell| cell.chars().count()));
        cells.chain([name.len()]).max().unwrap_or_default()
    });
    let widths: Vec<usize> = widths.collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
    };
    let rule = widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("-+-");
    let mut lines = vec![format!("== {heading}"), line(columns.to_vec()), rule];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.push(String::new());
    lines.join("\n")
}

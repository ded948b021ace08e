//! A card as one page of HTML for A4, with nothing fetched from elsewhere.

use super::card::{Card, Cell, Table};
use super::grid::{self, GRID};

const STYLE: &str = "@page{size:A4;margin:14mm 12mm}\
*{box-sizing:border-box}\
body{font:10.5pt/1.35 'Songti SC','Noto Serif CJK SC','SimSun',serif;color:#000;margin:0 auto;max-width:186mm}\
h1{font-size:16pt;text-align:center;margin:0 0 3mm;letter-spacing:.06em}\
h2{font-size:11pt;text-align:center;margin:0;padding:1.2mm;border:.3mm solid #000;border-bottom:0}\
p{display:flex;justify-content:space-between;gap:6mm;margin:0 0 1.5mm}\
table{width:100%;border-collapse:collapse;table-layout:fixed}\
table+h2{margin-top:4mm}\
h2+table th:first-child{width:17%}\
th,td{border:.3mm solid #000;padding:1mm 1.5mm;vertical-align:middle;overflow-wrap:anywhere;height:7.5mm}\
th{font-weight:normal;text-align:center}\
tr{break-inside:avoid}thead{display:table-header-group}\
footer{margin-top:5mm}";

/// The page; every text is escaped.
pub fn html(card: &Card) -> String {
    let title = escaped(&card.title);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n"
    );
    line(&mut page, &card.head);
    blanks(&mut page, &card.rows);
    if let Some(table) = &card.visits {
        visits(&mut page, table);
    }
    page.push_str("<footer>\n");
    line(&mut page, &card.foot);
    page.push_str("</footer>\n</body></html>\n");
    page
}

fn line(page: &mut String, cells: &[Cell]) {
    if cells.is_empty() {
        return;
    }
    page.push_str("<p>");
    for cell in cells {
        let (label, value) = (escaped(&cell.label), escaped(&cell.value));
        page.push_str(&format!("<span>{label}：{value}</span>"));
    }
    page.push_str("</p>\n");
}

fn blanks(page: &mut String, rows: &[Vec<Cell>]) {
    page.push_str("<table>\n<colgroup>");
    page.push_str(&"<col>".repeat(GRID));
    page.push_str("</colgroup>\n");
    for row in rows.iter().filter(|row| !row.is_empty()) {
        page.push_str("<tr>");
        for ((label_width, value_width), cell) in grid::blanks(row.len()).into_iter().zip(row) {
            let (label, value) = (escaped(&cell.label), escaped(&cell.value));
            page.push_str(&format!(
                "<th colspan=\"{label_width}\">{label}</th><td colspan=\"{value_width}\">{value}</td>"
            ));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table>\n");
}

fn visits(page: &mut String, table: &Table) {
    page.push_str(&format!(
        "<h2>{}</h2>\n<table>\n<thead><tr>",
        escaped(&table.title)
    ));
    for column in &table.columns {
        page.push_str(&format!("<th>{}</th>", escaped(column)));
    }
    page.push_str("</tr></thead>\n");
    for row in &table.rows {
        page.push_str("<tr>");
        for value in row {
            page.push_str(&format!("<td>{}</td>", escaped(value)));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table>\n");
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

//! An empty workbook with headers, hints and drop-down lists, which `import` reads.

use super::kinds::Kind;
use rust_xlsxwriter::{DataValidation, Format, FormatAlign, FormatBorder, Note, Workbook};

/// Rows for which drop-down lists are set.
const ROWS: u32 = 5000;

/// The template of a kind, as the bytes of a workbook.
pub fn write(kind: Kind) -> anyhow::Result<Vec<u8>> {
    let mut book = Workbook::new();
    let head = Format::new().set_bold().set_border(FormatBorder::Thin).set_background_color("DDEBF7");
    let must = head.clone().set_background_color("FCE4D6");
    let text = Format::new().set_num_format("@");
    let sheet = book.add_worksheet().set_name(kind.title())?;
    for (c, column) in kind.columns().iter().enumerate() {
        let c = c as u16;
        sheet.set_column_width(c, (column.name.chars().count() as f64 * 2.4).max(12.0))?;
        // Codes and numbers of telephones keep their zeros.
        sheet.set_column_format(c, &text)?;
        sheet.write_with_format(0, c, column.name, if column.required { &must } else { &head })?;
        if !column.hint.is_empty() {
            sheet.insert_note(0, c, &Note::new(column.hint).add_author_prefix(false))?;
        }
        let values = (column.values)();
        // Several levels may stand in one cell, so the list only proposes there.
        if !values.is_empty() {
            let list = DataValidation::new().allow_list_strings(&values)?;
            let list = if column.hint.contains("顿号") { list.show_error_message(false) } else { list };
            sheet.add_data_validation(1, c, ROWS, c, &list)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let guide = book.add_worksheet().set_name("填写说明")?;
    let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    guide
        .set_column_width(0, 16)?
        .set_column_width(1, 10)?
        .set_column_width(2, 50)?
        .set_column_width(3, 60)?;
    for (c, title) in ["列", "必填", "填什么", "可选值"].into_iter().enumerate() {
        guide.write_with_format(0, c as u16, title, &head)?;
    }
    for (r, column) in kind.columns().iter().enumerate() {
        let r = r as u32 + 1;
        guide.write_with_format(r, 0, column.name, &wrap)?;
        guide.write_with_format(r, 1, if column.required { "是" } else { "" }, &wrap)?;
        guide.write_with_format(r, 2, column.hint, &wrap)?;
        guide.write_with_format(r, 3, (column.values)().join("、"), &wrap)?;
    }
    Ok(book.save_to_buffer()?)
}

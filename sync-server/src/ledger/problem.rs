//! What can be wrong with a ledger, said to the clerk who keeps it.
//!
//! Messages are in Chinese, the ledger's language; codes in English, for programs. None repeats
//! an id number, a name or a phone: line and column are enough to find the cell.

use std::fmt;

use serde::Serialize;
use tanfang_core::model::area::{AreaLevel, AreaNameError};
use tanfang_core::model::person::{NameError, PhoneError, ResidentIdError};

/// Why a file as a whole cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The file has no bytes, or blank lines only.
    #[error("the file is empty: export the ledger again")]
    Empty,
    /// It is a workbook.
    #[error(
        "the file is an Excel workbook: save the sheet as \"CSV UTF-8\" and import that (文件是Excel工作簿,请另存为CSV)"
    )]
    Workbook,
    /// Its bytes are neither UTF-8 nor UTF-16 nor GB18030.
    #[error(
        "the file is no text in UTF-8 or GB18030: save the sheet as \"CSV UTF-8\" (文件编码不能识别,请另存为CSV UTF-8)"
    )]
    NotText,
    /// No line of the first forty has the headings of this layout.
    #[error(
        "no header was found: one line must hold the headings 姓名, 公民身份号码, 村(社区) and so on (没有找到表头)"
    )]
    NoHeader,
    /// The header is there, but not the columns that nothing can be read without.
    #[error("line {line}: the header lacks {}: add the columns (表头缺列)", columns.join(", "))]
    MissingColumns {
        /// The header's line, from 1.
        line: u64,
        /// What is missing.
        columns: Vec<&'static str>,
    },
    /// The header is that of the other layout: its rows would become people of the wrong group.
    #[error(
        "line {line}: the header is that of the {other} ledger: import it with --kind {other} (台账种类不符)"
    )]
    OtherLayout {
        /// The header's line, from 1.
        line: u64,
        /// The word of the layout that it is.
        other: &'static str,
    },
    /// A quotation mark was opened and never closed, so that cells and lines run together.
    #[error(
        "line {line}: a quotation mark is opened and not closed: close it or export again (引号没有配对)"
    )]
    OpenQuote {
        /// The line where the row begins, from 1.
        line: u64,
    },
}

/// What is wrong in one cell; the row is not imported until it is mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    /// The line where the row begins, from 1.
    pub line: u64,
    /// The column's heading.
    pub column: &'static str,
    /// What is wrong, for programs.
    pub code: &'static str,
    /// The cell's text where it is a code, a date or a place; never an id number, name or phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What is wrong, in Chinese.
    pub why: String,
    /// What to do, in Chinese.
    pub todo: String,
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "第{}行「{}」", self.line, self.column)?;
        if let Some(value) = &self.value {
            write!(f, "「{value}」")?;
        }
        write!(f, ": {};{} ({})", self.why, self.todo, self.code)
    }
}

/// Everything that keeps a row out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// An id number that is none.
    Id(ResidentIdError),
    /// An id number that a spreadsheet kept as a number and cut.
    ExcelPrecision,
    /// A name that is none.
    Name(NameError),
    /// A phone number that is none.
    Phone(PhoneError),
    /// A date in no shape that is known, or no day of the calendar.
    Date(String),
    /// A birth in the future.
    FutureBirth(String),
    /// 退出日期 before 纳入日期.
    ExitBeforeEntry,
    /// A word that the column's list does not hold.
    UnknownCode(String),
    /// Neither yes nor no.
    YesNo(String),
    /// No whole number from `0` to this one.
    Count {
        /// The cell.
        value: String,
        /// The largest that is allowed.
        max: u32,
    },
    /// No village of these names.
    Area {
        /// The names as written.
        value: String,
        /// Why not.
        why: AreaNameError,
    },
    /// No grid code: 15 digits of which the first 12 are a village of the list.
    Grid(String),
    /// The grid lies in another village than the row names.
    GridElsewhere(String),
    /// Neither name nor id number.
    Nobody,
    /// Cells beyond the last heading: the row has slipped.
    TooManyCells,
    /// Longer than the form allows, in characters.
    TooLong {
        /// The most that is allowed.
        max: usize,
    },
    /// The same id number stands in an earlier row.
    SamePersonTwice {
        /// Its line.
        line: u64,
    },
}

impl ProblemKind {
    pub(super) fn at(self, line: u64, column: &'static str) -> RowProblem {
        let (code, why, todo) = self.words();
        RowProblem {
            line,
            column,
            code,
            value: self.value(),
            why,
            todo: todo.to_owned(),
        }
    }

    fn value(&self) -> Option<String> {
        use ProblemKind::*;
        match self {
            Date(value)
            | FutureBirth(value)
            | UnknownCode(value)
            | YesNo(value)
            | Grid(value)
            | GridElsewhere(value)
            | Count { value, .. }
            | Area { value, .. } => Some(value.chars().take(40).collect()),
            _ => None,
        }
    }

    /// Code, why, what to do.
    fn words(&self) -> (&'static str, String, &'static str) {
        use ProblemKind::*;
        let fixed = |code, why: &str, todo| (code, why.to_owned(), todo);
        match self {
            Id(error) => id_words(*error),
            ExcelPrecision => fixed(
                "id_excel_precision",
                "疑似Excel精度丢失:号码末三位为000",
                "把该列设为文本重新录入并导出;若证件上确实如此,请在号码前加单引号",
            ),
            Name(error) => name_words(*error),
            Phone(error) => phone_words(*error),
            Date(_) => fixed("date", "日期不能识别或不存在", "请写成2024-05-01"),
            FutureBirth(_) => fixed("birth_in_future", "出生日期晚于今天", "对照证件更正"),
            ExitBeforeEntry => fixed(
                "exit_before_entry",
                "退出日期早于纳入日期",
                "核对这两个日期",
            ),
            UnknownCode(_) => fixed("unknown_code", "不在选项之内", "改成表中规定的选项"),
            YesNo(_) => fixed("yes_no", "应填是或否", "请填是或否"),
            Count { max, .. } => ("count", format!("应为0到{max}的整数"), "核对后更正"),
            Area { why, .. } => area_words(why),
            Grid(_) => fixed(
                "grid",
                "网格编号应为15位数字,且前12位是区划表中的村(社区)",
                "核对网格编号,或先导入区划表",
            ),
            GridElsewhere(_) => fixed(
                "grid_elsewhere",
                "网格编号不属于所填的村(社区)",
                "核对村(社区)与网格编号",
            ),
            Nobody => fixed("nobody", "姓名和公民身份号码都没有填", "至少填写一项"),
            TooManyCells => fixed(
                "too_many_cells",
                "本行的单元格比表头多,可能错列",
                "检查本行是否有未加引号的逗号",
            ),
            TooLong { max } => ("too_long", format!("超过{max}个字"), "请缩短"),
            SamePersonTwice { line } => (
                "same_person_twice",
                format!("与第{line}行的公民身份号码相同"),
                "核对是否重复登记或号码填错,保留一行",
            ),
        }
    }
}

fn id_words(error: ResidentIdError) -> (&'static str, String, &'static str) {
    let (code, why) = match error {
        ResidentIdError::Empty => ("id_empty", "没有填写".to_owned()),
        ResidentIdError::Length { found } => {
            ("id_length", format!("应为18位(旧号15位),实为{found}位"))
        }
        ResidentIdError::NotADigit { at } => ("id_not_a_digit", format!("第{at}位不是数字")),
        ResidentIdError::ImpossibleDate => (
            "id_impossible_date",
            "第7至14位不是真实存在的日期".to_owned(),
        ),
        ResidentIdError::Future => ("id_future", "号码中的出生日期晚于今天".to_owned()),
        ResidentIdError::TooOld => ("id_too_old", "按号码推算年龄超过130岁".to_owned()),
        ResidentIdError::Check => ("id_check", "校验码不符,至少有一位写错".to_owned()),
    };
    (code, why, "对照证件核对后更正")
}

fn name_words(error: NameError) -> (&'static str, String, &'static str) {
    match error {
        NameError::Empty => ("name_empty", "没有填写".to_owned(), "请填写姓名"),
        NameError::TooLong { found } => (
            "name_too_long",
            format!("有{found}个字,超过50个"),
            "只填姓名",
        ),
        NameError::Digit { at } => (
            "name_digit",
            format!("第{at}个字是数字"),
            "只填姓名,说明写在备注",
        ),
        NameError::Control { at } => (
            "name_control",
            format!("第{at}个字不能显示"),
            "请重新输入姓名",
        ),
        NameError::Lost { at } => (
            "name_lost_character",
            format!("第{at}个字在保存时丢失(生僻字)"),
            "另存为CSV UTF-8,或补录姓名",
        ),
    }
}

fn phone_words(error: PhoneError) -> (&'static str, String, &'static str) {
    match error {
        PhoneError::Empty => ("phone_empty", "没有填写".to_owned(), "请填写或留空"),
        PhoneError::NotADigit { at } => (
            "phone_not_a_digit",
            format!("第{at}个字符不是数字"),
            "只填一个号码",
        ),
        PhoneError::Mobile { digits } => (
            "phone_mobile",
            format!("手机号码应为11位且以13至19开头,实为{digits}位"),
            "核对号码",
        ),
        PhoneError::Unknown { digits } => (
            "phone_unknown",
            format!("{digits}位数字不是手机号码"),
            "固定电话请加区号(0883),境外号码前加+",
        ),
    }
}

fn area_words(error: &AreaNameError) -> (&'static str, String, &'static str) {
    let level = |level: &AreaLevel| match level {
        AreaLevel::County => "县(区)",
        AreaLevel::Township => "乡镇(街道)",
        AreaLevel::Village => "村(社区)",
        _ => "区划",
    };
    match error {
        AreaNameError::Missing { level: at } => (
            "area_missing",
            format!("没有填写{}", level(at)),
            "填写名称,或填写15位网格编号",
        ),
        AreaNameError::Unknown { level: at } => (
            "area_unknown",
            format!("区划表中没有这个{}", level(at)),
            "对照区划表更正,或先导入区划表",
        ),
        AreaNameError::Ambiguous { candidates } => (
            "area_ambiguous",
            format!("区划表中有{}个同名的村(社区)", candidates.len()),
            "填写县(区)和乡镇(街道),或15位网格编号",
        ),
        AreaNameError::Gone { .. } => (
            "area_gone",
            "该村(社区)已撤并".to_owned(),
            "填写撤并后的村(社区)",
        ),
    }
}

/// What is missing or odd in a row and stopped nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// The column's heading.
    pub column: &'static str,
    /// What sort of hint it is.
    pub kind: HintKind,
    /// The cell's text where it was not taken over; never an id number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// Sorts of hints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HintKind {
    /// The cell is empty and the form asks for it: 资料不完整.
    Missing,
    /// The typed sex is another than the id number's.
    SexDiffers,
    /// The typed birth date is another than the id number's.
    BirthDiffers,
    /// An id number of 15 digits was upgraded: 未核验.
    UpgradedUnverified,
    /// The id number's first two digits were never given out.
    ProvinceUnknown,
    /// The word is not in the list and was taken as 其他.
    TakenAsOther,
    /// Only month or year is known; the first (or last) day stands for it.
    DayUnknown,
    /// The address or group is not in the list of areas.
    PlaceUnknown,
    /// 是否失能留守 and 老年人类别 say different things.
    CategoriesDiffer,
    /// The form has no place for it: a visit or a record of its own holds it.
    BelongsElsewhere,
    /// Several phone numbers: the first was taken.
    SeveralPhones,
    /// Neither address nor parents tell the household: one of his own is made.
    HouseholdAlone,
    /// Two cells cannot both be true.
    Contradiction,
}

impl HintKind {
    /// What it says to the clerk.
    pub fn words(self) -> &'static str {
        match self {
            HintKind::Missing => "资料不完整:没有填写",
            HintKind::SexDiffers => "性别与公民身份号码不一致,请核对",
            HintKind::BirthDiffers => "出生日期与公民身份号码不一致,请核对",
            HintKind::UpgradedUnverified => "15位旧号码已升为18位,请对照证件核验",
            HintKind::ProvinceUnknown => "号码前两位不是已知的省份代码,请核对",
            HintKind::TakenAsOther => "不在选项之内,已归入其他",
            HintKind::DayUnknown => "只有年或月,日期以首日(退出以末日)代替",
            HintKind::PlaceUnknown => "区划表中没有找到,请在卡片上补填",
            HintKind::CategoriesDiffer => "是否失能留守与老年人类别不一致,请核对",
            HintKind::BelongsElsewhere => "不属于登记表,请在走访、结对或协议中登记",
            HintKind::SeveralPhones => "填了多个号码,只取第一个",
            HintKind::HouseholdAlone => "住址不到户,暂作单独一户",
            HintKind::Contradiction => "与另一栏矛盾,请核对",
        }
    }
}

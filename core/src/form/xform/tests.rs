//! XForms of small forms. Whether other programs take them is asked by `cargo xtask test --only
//! forms`, which runs ODK Validate over every built-in form and a sample of every question type.

use crate::form::Form;

fn xform(survey: &str) -> String {
    let source = format!(
        "| survey |\n{survey}\n| choices |\n| | list_name | name | label::中文(zh) | label::English(en) | town |\n\
         | | village | a1 | 甲 | A1 | a |\n\
         | settings |\n| | form_id | version | default_language | namespaces |\n\
         | | t | 1 | 中文(zh) | tanfang=\"https://tanfang.example/xlsform\" |\n"
    );
    let form = Form::compile(&source);
    form.unwrap_or_else(|p| panic!("{p:#?}")).to_xform()
}

fn has(xform: &str, parts: &[&str]) {
    for part in parts {
        assert!(xform.contains(part), "{part}\n{xform}");
    }
}

#[test]
fn names_become_paths_from_the_root_and_within_a_row() {
    let xform = xform(
        "| | type | name | label | relevant | choice_filter | calculation |\n\
         | | text | town | 镇 | | | |\n\
         | | begin repeat | people | 人 | | | |\n\
         | | begin group | g | 组 | | | |\n\
         | | text | name | 姓名 | ${town} != '${town}' | | |\n\
         | | end group | | | | | |\n\
         | | select_one village | village | 村 | ${name} != '' | town = ${town} and name != ${name} | |\n\
         | | end repeat | | | | | |\n\
         | | calculate | n | | | | count(${people}) + count(/data/people[g/name = ${town}]) |",
    );
    has(
        &xform,
        &[
            "nodeset=\"/data/people/g/name\" type=\"string\" relevant=\"/data/town  != '${town}'\"",
            "relevant=\"../g/name  != ''\"",
            "instance('village')/root/item[town =  /data/town  and name !=  current()/../g/name]",
            "calculate=\"count( /data/people ) + count(/data/people[g/name =  /data/town ])\"",
        ],
    );
}

#[test]
fn texts_are_said_in_each_language_and_show_answers() {
    let xform = xform(
        "| | type | name | label::中文(zh) | label::English(en) | guidance_hint::中文(zh) | image::中文(zh) | constraint | constraint_message::中文(zh) |\n\
         | | text | a | 甲 <b>&</b> | A | 更多 | a.png | . != '' | 必填“甲” |\n\
         | | note | n | ${a}，您好 | Hello ${a} | | | | |",
    );
    has(
        &xform,
        &[
            "<translation lang=\"zh\" default=\"true()\">",
            "<translation lang=\"en\">",
            "<value>甲 &lt;b&gt;&amp;&lt;/b&gt;</value>",
            "<value form=\"image\">jr://images/a.png</value>",
            "<value form=\"guidance\">更多</value>",
            "<value><output value=\"/data/a\"/>，您好</value>",
            "<value>Hello <output value=\"/data/a\"/></value>",
            "jr:constraintMsg=\"jr:itext('/data/a:jr:constraintMsg')\"",
        ],
    );
}

#[test]
fn each_record_is_an_entity_and_each_question_its_property() {
    let xform = xform(
        "| | type | name | label | bind::tanfang:of |\n\
         | | text | name | 姓名 | person |\n\
         | | begin group | home | 家 | household |\n\
         | | text | address | 住址 | household |\n\
         | | end group | | | |\n\
         | | begin repeat | visits | 走访 | visit |\n\
         | | date | day | 日期 | visit |\n\
         | | end repeat | | | |",
    );
    has(
        &xform,
        &[
            "entities:entities-version=\"2025.1.0\"",
            "<entity dataset=\"person\" create=\"1\" id=\"\">",
            "<entity dataset=\"household\" create=\"1\" id=\"\">",
            "<entity dataset=\"visit\" create=\"1\" id=\"\">",
            "entities:saveto=\"person_name\"",
            "nodeset=\"/data/home/address\" type=\"string\" entities:saveto=\"address\"",
            "calculate=\"../../../day\"",
            "<setvalue ref=\"/data/visits/meta/entity/@id\" event=\"odk-new-repeat\" value=\"uuid()\"/>",
            "tanfang:of=\"household\"",
        ],
    );
}

#[test]
fn what_begins_or_follows_a_change_is_set() {
    let xform = xform(
        "| | type | name | label | calculation | trigger | default | repeat_count |\n\
         | | integer | n | 数 | | | | |\n\
         | | date | day | 日 | | | today() | |\n\
         | | text | copy | 抄 | ${n} + 1 | ${n} | | |\n\
         | | text | fixed | 定 | | | a & b | |\n\
         | | begin repeat | r | 组 | | | | ${n} + 1 |\n\
         | | date | d | 日 | | | today() | |\n\
         | | end repeat | | | | | | |",
    );
    has(
        &xform,
        &[
            "<setvalue event=\"xforms-value-changed\" ref=\"/data/copy\" value=\"/data/n  + 1\"/>",
            "<setvalue ref=\"/data/day\" event=\"odk-instance-first-load\" value=\"today()\"/>",
            "<setvalue ref=\"/data/r/d\" event=\"odk-new-repeat\" value=\"today()\"/>",
            "<fixed>a &amp; b</fixed>",
            "jr:count=\"/data/r_count\"",
            "nodeset=\"/data/r_count\"",
        ],
    );
}

#[test]
fn a_repeat_is_named_within_itself_as_pyxform_names_it() {
    let xform = xform(
        "| | type | name | label | calculation |\n\
         | | begin repeat | r | 行 | |\n\
         | | integer | x | 数 | |\n\
         | | calculate | total | | sum(${r}[position() <= position(current()/..)]/x) + ${x} |\n\
         | | begin repeat | q | 内 | |\n\
         | | integer | y | 数 | |\n\
         | | calculate | all | | count(${q}) + count(${r}[x = ${x}]) |\n\
         | | end repeat | | | |\n\
         | | end repeat | | | |",
    );
    has(
        &xform,
        &[
            "sum( /data/r [position() &lt;= position(current()/..)]/x) +  ../x",
            "count( ../../q ) + count( /data/r [x =  current()/../../x ])",
        ],
    );
}

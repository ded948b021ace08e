//! The public surface of the facade as a text, so that each change of it is seen in review.

mod library;

use uniffi_bindgen::interface::{
    Argument, AsType, ComponentInterface, DefaultValue, Enum, Field, Method, Object, Type,
};
use uniffi_bindgen::{BindgenLoader, BindgenPaths, GlobalConfig};

const SURFACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/surface.txt");

#[test]
fn the_surface_is_the_one_that_was_reviewed() {
    let surface = surface(&interface());
    if std::env::var_os("TANFANG_BLESS").is_some() {
        std::fs::write(SURFACE, &surface).unwrap();
    }
    let reviewed = std::fs::read_to_string(SURFACE).unwrap_or_default();
    let altered: Vec<String> = [(&reviewed, &surface, '-'), (&surface, &reviewed, '+')]
        .iter()
        .flat_map(|(in_one, in_other, mark)| {
            let other: Vec<&str> = in_other.lines().collect();
            let missing = in_one.lines().filter(move |line| !other.contains(line));
            missing.map(move |line| format!("{mark} {line}"))
        })
        .collect();
    assert!(
        reviewed == surface,
        "bindings/surface.txt is not what the library offers; if the change is meant, run\n  \
         TANFANG_BLESS=1 cargo test --workspace --test surface\n{}",
        altered.join("\n")
    );
}

/// What the library built with this test says of itself.
fn interface() -> ComponentInterface {
    let library = library::built();
    let library = library.to_str().expect("a path in UTF-8");
    let loader = BindgenLoader::new(BindgenPaths::default(), GlobalConfig::default());
    let metadata = loader.load_metadata(library.into()).unwrap();
    let mut interfaces = loader.load_cis(metadata).unwrap();
    assert_eq!(interfaces.len(), 1, "one crate has a facade");
    interfaces.remove(0)
}

fn surface(interface: &ComponentInterface) -> String {
    let mut text = String::from(
        "# What a shell sees. Written by `TANFANG_BLESS=1 cargo test --workspace --test surface`.\n",
    );
    let mut blocks: Vec<String> = Vec::new();
    blocks.extend(interface.object_definitions().iter().map(object));
    blocks.extend(interface.record_definitions().iter().map(|record| {
        let fields = record.fields().iter().map(|f| format!("  {}\n", field(f)));
        format!("record {}\n{}", record.name(), fields.collect::<String>())
    }));
    let enums = interface.enum_definitions().iter();
    blocks.extend(enums.map(|e| enumeration(e, interface.is_name_used_as_error(e.name()))));
    let functions = interface.function_definitions().iter();
    blocks.extend(functions.map(|f| format!("function {}\n", f.name())));
    blocks.sort();
    for block in blocks {
        text.push('\n');
        text.push_str(&block);
    }
    text
}

fn object(object: &Object) -> String {
    let what = match (object.has_callback_interface(), object.is_trait_interface()) {
        (true, _) => "brought by the shell",
        (false, true) => "trait",
        (false, false) => "object",
    };
    let mut lines: Vec<String> = object
        .constructors()
        .iter()
        .map(|made| {
            let arguments = signature(&made.full_arguments());
            let throws = made.throws_name().map(|error| format!(" throws {error}"));
            format!(
                "  static {}({arguments}){}\n",
                made.name(),
                throws.unwrap_or_default()
            )
        })
        .collect();
    lines.extend(object.methods().into_iter().map(method));
    lines.sort();
    format!("{what} {}\n{}", object.name(), lines.concat())
}

fn method(method: &Method) -> String {
    let arguments: Vec<_> = method.arguments().into_iter().cloned().collect();
    let returns = method.return_type().map(|ty| format!(" -> {}", name(ty)));
    let throws = method.throws_name().map(|error| format!(" throws {error}"));
    format!(
        "  {}({}){}{}\n",
        method.name(),
        signature(&arguments),
        returns.unwrap_or_default(),
        throws.unwrap_or_default()
    )
}

fn signature(arguments: &[Argument]) -> String {
    let arguments = arguments.iter().map(|argument| {
        let optional = default(argument.default_value());
        format!(
            "{}: {}{optional}",
            argument.name(),
            name(&argument.as_type())
        )
    });
    arguments.collect::<Vec<_>>().join(", ")
}

fn field(field: &Field) -> String {
    let optional = default(field.default_value());
    format!("{}: {}{optional}", field.name(), name(&field.as_type()))
}

fn default(value: Option<&DefaultValue>) -> String {
    let value = value.map(|value| format!(" = {value:?}"));
    value.unwrap_or_default()
}

fn enumeration(enumeration: &Enum, is_error: bool) -> String {
    let what = if is_error { "error" } else { "enum" };
    let variants = enumeration.variants().iter().map(|variant| {
        let fields: Vec<String> = variant.fields().iter().map(field).collect();
        let fields = match fields.is_empty() {
            true => String::new(),
            false => format!(" {{ {} }}", fields.join(", ")),
        };
        format!("  {}{fields}\n", variant.name())
    });
    format!(
        "{what} {}\n{}",
        enumeration.name(),
        variants.collect::<String>()
    )
}

fn name(ty: &Type) -> String {
    match ty {
        Type::Optional { inner_type } => format!("{}?", name(inner_type)),
        Type::Sequence { inner_type } => format!("[{}]", name(inner_type)),
        Type::Object { name, .. } | Type::Record { name, .. } | Type::Enum { name, .. } => {
            name.clone()
        }
        plain => format!("{plain:?}"),
    }
}

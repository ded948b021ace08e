//! `digest()`, as XForms 1.1 has it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{Outcome, texts};
use crate::expr::error::{ExprError, ExprFault};
use crate::expr::eval::Eval;
use crate::expr::value::Value;

/// `digest(text, algorithm, encoding?)`: MD5, SHA-1, SHA-256, SHA-384, SHA-512; base64 (default)
/// or hex. Capitals and the hyphen do not matter, as in JavaRosa.
pub(super) fn digest(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    eval.pay(texts[0].len(), at)?;
    let text = texts[0].as_bytes();
    let algorithm = texts[1].trim().to_ascii_uppercase().replace('-', "");
    let bytes = match algorithm.as_str() {
        "MD5" => Md5::digest(text).to_vec(),
        "SHA1" => Sha1::digest(text).to_vec(),
        "SHA256" => Sha256::digest(text).to_vec(),
        "SHA384" => Sha384::digest(text).to_vec(),
        "SHA512" => Sha512::digest(text).to_vec(),
        _ => {
            return unknown(
                "the algorithm is MD5, SHA-1, SHA-256, SHA-384 or SHA-512",
                at,
            );
        }
    };
    let encoding = texts.get(2).map(|e| e.trim().to_ascii_lowercase());
    Ok(Value::Text(match encoding.as_deref() {
        None | Some("base64") => STANDARD.encode(bytes),
        Some("hex") => hex::encode(bytes),
        Some(_) => return unknown("the encoding is base64 or hex", at),
    }))
}

fn unknown(takes: &'static str, at: usize) -> Outcome {
    let function = "digest";
    Err(ExprError::new(at, ExprFault::Argument { function, takes }))
}

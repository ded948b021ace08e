//! Geography on a ball of the Earth's equatorial radius, altitude left out: the formulas of the
//! ODK clients.

use super::Outcome;
use crate::expr::eval::Eval;
use crate::expr::value::{Value, read_number};

const RADIUS_METRES: f64 = 6_378_100.0;

/// A point in degrees.
#[derive(Clone, Copy)]
struct Point {
    latitude: f64,
    longitude: f64,
}

/// The points of all arguments: each value one geopoint, or several with semicolons between. None
/// where anything else is among them.
fn points(
    eval: &mut Eval<'_>,
    args: Vec<Value>,
    at: usize,
) -> Result<Option<Vec<Point>>, Box<crate::expr::ExprError>> {
    let texts = super::all_texts(eval, args, at)?;
    eval.pay(texts.iter().map(String::len).sum::<usize>() / 4, at)?;
    let parts = texts
        .iter()
        .flat_map(|text| text.trim().trim_end_matches(';').split(';'));
    Ok(parts.map(point).collect())
}

/// `latitude longitude altitude accuracy`, the latter two at will.
fn point(text: &str) -> Option<Point> {
    let numbers: Vec<f64> = text.split_whitespace().map(read_number).collect();
    let fits = (2..=4).contains(&numbers.len())
        && numbers.iter().all(|n| n.is_finite())
        && numbers[0].abs() <= 90.0
        && numbers[1].abs() <= 180.0;
    fits.then(|| Point {
        latitude: numbers[0],
        longitude: numbers[1],
    })
}

/// `area(geoshape or geopoints)`: square metres within; 0 of less than three points, NaN of what
/// is no place. Each triangle with the first point is laid flat.
pub(super) fn area(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let Some(points) = points(eval, args, at)? else {
        return Ok(Value::Number(f64::NAN));
    };
    let Some((from, rest)) = points.split_first() else {
        return Ok(Value::Number(0.0));
    };
    let degree = 2.0 * std::f64::consts::PI * RADIUS_METRES / 360.0;
    let flat: Vec<(f64, f64)> = rest
        .iter()
        .map(|to| {
            let shrunk = to.latitude.to_radians().cos();
            let east = (to.longitude - from.longitude) * degree * shrunk;
            (east, (to.latitude - from.latitude) * degree)
        })
        .collect();
    let twice = flat.windows(2).map(|w| w[0].1 * w[1].0 - w[0].0 * w[1].1);
    Ok(Value::Number((twice.sum::<f64>() / 2.0).abs()))
}

/// `distance(geotrace, geoshape or geopoints)`: metres along the points in their order.
pub(super) fn distance(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let Some(points) = points(eval, args, at)? else {
        return Ok(Value::Number(f64::NAN));
    };
    let legs = points.windows(2).map(|w| between(w[0], w[1]));
    Ok(Value::Number(legs.fold(0.0, |sum, leg| sum + leg)))
}

/// The spherical law of cosines; a cosine that rounding put above 1 is 1.
fn between(a: Point, b: Point) -> f64 {
    let (north, south) = (a.latitude.to_radians(), b.latitude.to_radians());
    let turn = (a.longitude - b.longitude).to_radians();
    let cosine = north.sin() * south.sin() + north.cos() * south.cos() * turn.cos();
    cosine.clamp(-1.0, 1.0).acos() * RADIUS_METRES
}

/// `geofence(geopoint, geoshape)`: whether the point lies within, by counting the edges east of
/// it; no where either is no place.
pub(super) fn geofence(eval: &mut Eval<'_>, mut args: Vec<Value>, at: usize) -> Outcome {
    let shape = args.split_off(1);
    let (point, shape) = (points(eval, args, at)?, points(eval, shape, at)?);
    let (Some([point]), Some(shape)) = (point.as_deref(), shape) else {
        return Ok(Value::Bool(false));
    };
    let crossed = shape.windows(2).filter(|edge| {
        let (a, b) = (edge[0], edge[1]);
        let spans = (a.latitude > point.latitude) != (b.latitude > point.latitude);
        let slope = (a.longitude - b.longitude) / (a.latitude - b.latitude);
        spans && point.longitude < slope * (point.latitude - b.latitude) + b.longitude
    });
    Ok(Value::Bool(crossed.count() % 2 == 1))
}

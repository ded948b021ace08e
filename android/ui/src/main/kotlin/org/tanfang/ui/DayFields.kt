package org.tanfang.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import java.time.LocalDate
import java.time.OffsetDateTime
import org.tanfang.ffi.Drawn

/** `20240624` is a day as well as `2024-06-24`: a number pad has no dash. */
internal fun dayTyped(text: String): String = when {
    text.length == 8 && text.all(Char::isDigit) -> text.take(4) + "-" + text.substring(4, 6) + "-" + text.drop(6)
    else -> text
}

private fun yesterday(today: String): String =
    runCatching { LocalDate.parse(today).minusDays(1).toString() }.getOrDefault(today)

/** A day: typed as numbers, or today or yesterday by one touch. */
@Composable
fun DateField(label: String, given: String, heard: String, wrong: Boolean, answer: (String) -> Unit) {
    val (words, today) = LocalWords.current to LocalToday.current
    val hint = words("form.date_hint")
    Field(label, given, heard = heard, hint = hint, keys = Keys.Number, wrong = wrong, named = false, read = ::dayTyped, typed = answer)
    TodayOrYesterday(label, today, answer)
}

@Composable
private fun TodayOrYesterday(label: String, today: String, answer: (String) -> Unit) {
    val words = LocalWords.current
    SideBySide(
        { Other(words("do.today"), it.described(words("do.today") + " " + label)) { answer(today) } },
        { Other(words("do.yesterday"), it.described(words("do.yesterday") + " " + label)) { answer(yesterday(today)) } },
    )
}

/** A moment as its day, its time and its zone; what is none as far as it was typed. */
internal data class Moment(val day: String, val time: String, val zone: String) {
    /** The whole, as an answer; nothing where neither is said. */
    fun whole(): String {
        if (day.isEmpty() && time.isEmpty()) return ""
        return dayTyped(day) + "T" + time + (if (time.length == 5) ":00" else "") + zone
    }

    companion object {
        fun of(text: String): Moment {
            val at = runCatching { OffsetDateTime.parse(text) }.getOrNull()
            if (at != null) return Moment(at.toLocalDate().toString(), at.toLocalTime().toString().take(5), at.offset.id)
            val time = text.substringAfter('T', "")
            return Moment(text.substringBefore('T'), time.substringBefore('+'), HERE)
        }

        private const val HERE = "+08:00"
    }
}

/** A moment: its day and its time, each typed by itself; the zone stays what it was. */
@Composable
fun MomentField(label: String, given: String, heard: String, wrong: Boolean, answer: (String) -> Unit) {
    val (words, today) = LocalWords.current to LocalToday.current
    val moment = Moment.of(given)
    // What stands in both fields makes the answer, whether or not the core has heard the other yet.
    val (day, time) = rememberTyping(moment.day, heard) to rememberTyping(moment.time, heard)
    fun whole(day: String, time: String) = Moment(day, time, moment.zone).whole()
    Field(words("form.date_hint"), day, keys = Keys.Number, wrong = wrong, read = { whole(it, time.value.text) }, typed = answer)
    Field(words("form.time_hint"), time, wrong = wrong, read = { whole(day.value.text, it) }, typed = answer)
    TodayOrYesterday(label, today) { answer(whole(it, time.value.text)) }
}

/** A number between two others, stepped by touches. */
@Composable
fun StepField(line: Drawn, given: String, answer: (String) -> Unit) {
    val words = LocalWords.current
    val start = line.parameters["start"]?.toBigDecimalOrNull() ?: 0.toBigDecimal()
    val end = line.parameters["end"]?.toBigDecimalOrNull() ?: 10.toBigDecimal()
    val step = line.parameters["step"]?.toBigDecimalOrNull() ?: 1.toBigDecimal()
    val now = given.toBigDecimalOrNull()
    fun by(steps: Int) {
        val next = (now ?: start) + step * steps.toBigDecimal()
        answer((if (now == null) start else next).coerceIn(minOf(start, end), maxOf(start, end)).toPlainString())
    }
    Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(12.dp), Alignment.CenterVertically) {
        Other("−", Modifier.described(words("form.less") + " " + line.label)) { by(-1) }
        Text(
            given.ifEmpty { "—" }, Modifier.weight(1f), MaterialTheme.colorScheme.onSurface,
            textAlign = TextAlign.Center, style = MaterialTheme.typography.headlineSmall,
        )
        Other("+", Modifier.described(words("form.greater") + " " + line.label)) { by(1) }
    }
}

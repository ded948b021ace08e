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
fun DateField(label: String, given: String, wrong: Boolean, answer: (String) -> Unit) {
    val (words, today) = LocalWords.current to LocalToday.current
    Field(label, given, hint = words("form.date_hint"), keys = Keys.Number, wrong = wrong, named = false) {
        answer(dayTyped(it))
    }
    SideBySide(
        { Other(words("do.today"), it.described(words("do.today") + " " + label)) { answer(today) } },
        { Other(words("do.yesterday"), it.described(words("do.yesterday") + " " + label)) { answer(yesterday(today)) } },
    )
}

/** A moment: its day and its time, each typed by itself; the zone stays what it was. */
@Composable
fun MomentField(label: String, given: String, wrong: Boolean, answer: (String) -> Unit) {
    val (words, today) = LocalWords.current to LocalToday.current
    val at = runCatching { OffsetDateTime.parse(given) }.getOrNull()
    val day = at?.toLocalDate()?.toString() ?: given.substringBefore('T')
    val time = at?.toLocalTime()?.toString()?.take(5) ?: given.substringAfter('T', "").substringBefore('+')
    val zone = at?.offset?.id ?: "+08:00"
    fun whole(day: String, time: String) =
        if (day.isEmpty() && time.isEmpty()) "" else dayTyped(day) + "T" + time + (if (time.length == 5) ":00" else "") + zone
    Field(words("form.date_hint"), day, keys = Keys.Number, wrong = wrong) { answer(whole(it, time)) }
    Field(words("form.time_hint"), time, wrong = wrong) { answer(whole(day, it)) }
    SideBySide(
        { Other(words("do.today"), it.described(words("do.today") + " " + label)) { answer(whole(today, time)) } },
        {
            val before = words("do.yesterday")
            Other(before, it.described(before + " " + label)) { answer(whole(yesterday(today), time)) }
        },
    )
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

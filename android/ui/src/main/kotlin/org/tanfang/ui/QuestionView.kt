package org.tanfang.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.onFocusChanged
import androidx.compose.ui.unit.dp
import org.tanfang.core.FormEvent
import org.tanfang.core.FormState
import org.tanfang.core.What
import org.tanfang.core.Words
import org.tanfang.ffi.Drawn
import org.tanfang.ffi.Problem
import org.tanfang.ffi.ProblemCode
import org.tanfang.ffi.QuestionKind
import org.tanfang.ffi.Severity

/** A question of any form: its words, what it is answered with, what is wrong. */
@Composable
fun QuestionView(state: FormState, line: Drawn, on: (FormEvent) -> Unit) {
    val (words, colors) = LocalWords.current to MaterialTheme.colorScheme
    var editing by remember { mutableStateOf(false) }
    Sheet(modifier = Modifier.onFocusChanged { editing = it.hasFocus }) {
        val must = if (line.required) " · " + words("form.required") else ""
        Text(line.label + must, color = colors.onSurface, style = MaterialTheme.typography.titleMedium)
        line.hint?.let { Line(it, quiet = true) }
        line.guidance?.let { Line(it, quiet = true) }
        val given = line.text.orEmpty()
        val answer = { text: String -> on(FormEvent.Answered(line.field, text)) }
        when {
            line.fixed -> Line(line.said ?: given.ifEmpty { "—" })
            line.chosen -> ChosenView(line, on)
            else -> Typed(line, given, state.heardOf(line), answer) { on(FormEvent.Asked(line.field, it)) }
        }
        // Nobody is told that half a day is no day while typing it.
        val halfTyped = { problem: Problem -> editing && !state.pressed && problem.code == ProblemCode.WRONG_TYPE }
        for (problem in state.problemsOf(line).filterNot(halfTyped)) {
            val error = problem.severity == Severity.ERROR
            val (back, front) = when (error) {
                true -> colors.errorContainer to colors.onErrorContainer
                false -> colors.tertiaryContainer to colors.onTertiaryContainer
            }
            Sheet(back) {
                Text((if (error) "✕ " else "! ") + problem.message, color = front, style = MaterialTheme.typography.bodyMedium)
            }
        }
    }
}

/** An answer from a list: in place where it is short, else on a page of its own. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun ChosenView(line: Drawn, on: (FormEvent) -> Unit) {
    val words = LocalWords.current
    val several = line.kind == QuestionKind.SELECT_MULTIPLE || line.kind == QuestionKind.RANK
    val chosen = line.text?.split(' ').orEmpty()
    if (line.offered.isEmpty()) {
        line.said?.let { Line(it) }
        Other(words("do.choose"), Modifier.fillMaxWidth().described(words("do.choose") + " " + line.label)) {
            on(FormEvent.ChoosingBegan(line))
        }
        return
    }
    FlowRow(Modifier.fillMaxWidth(), Arrangement.spacedBy(8.dp), Arrangement.spacedBy(8.dp)) {
        for (row in line.offered) {
            val at = chosen.indexOf(row.name)
            val rank = if (line.kind == QuestionKind.RANK && at >= 0) "${at + 1}. " else ""
            Choice(rank + row.label, at >= 0, several = several) {
                when {
                    several -> on(FormEvent.Toggled(line.field, row.name))
                    // A second touch takes an answer back that need not be given.
                    at >= 0 && !line.required -> on(FormEvent.Answered(line.field, null))
                    else -> on(FormEvent.Answered(line.field, row.name))
                }
            }
        }
    }
}

/** An answer that is typed, stepped, taken or ticked, by the question's type and appearance. */
@Composable
private fun Typed(line: Drawn, given: String, heard: String, answer: (String) -> Unit, ask: (What) -> Unit) {
    val words = LocalWords.current
    val wrong = line.problems.any { it.severity == Severity.ERROR } && given.isNotEmpty()
    val field: @Composable (Keys, Int) -> Unit = { keys, lines ->
        Field(line.label, given, heard = heard, keys = keys, lines = lines, wrong = wrong, named = false, typed = answer)
    }
    when (line.kind) {
        QuestionKind.TEXT -> field(keysOf(line), if (line.appearance == "multiline") 4 else 1)
        QuestionKind.INTEGER -> field(Keys.Number, 1)
        QuestionKind.DECIMAL -> field(Keys.Decimal, 1)
        QuestionKind.DATE -> DateField(line.label, given, heard, wrong, answer)
        QuestionKind.TIME -> Field(
            line.label, given, heard = heard, hint = words("form.time_hint"), wrong = wrong, named = false, typed = answer,
        )
        QuestionKind.DATE_TIME -> MomentField(line.label, given, heard, wrong, answer)
        QuestionKind.RANGE -> StepField(line, given, answer)
        QuestionKind.BARCODE -> {
            field(Keys.Code, 1)
            Other(words("form.scan_code"), Modifier.fillMaxWidth()) { ask(What.Code) }
        }
        QuestionKind.GEOPOINT -> PlaceField(given, words, answer, ask)
        QuestionKind.GEOTRACE, QuestionKind.GEOSHAPE -> PlacesField(given, answer, ask)
        QuestionKind.IMAGE, QuestionKind.FILE -> PhotoField(line, given, answer, ask)
        QuestionKind.ACKNOWLEDGE -> Choice(words("form.acknowledge"), given.isNotEmpty(), Modifier.fillMaxWidth(), true) {
            answer(if (given.isEmpty()) "OK" else "")
        }
        // Chosen from a list: never typed. And what this app does not know yet.
        QuestionKind.SELECT_ONE, QuestionKind.SELECT_MULTIPLE, QuestionKind.RANK, QuestionKind.NONE ->
            Line(words("form.unknown_kind"))
    }
}

private fun keysOf(line: Drawn) = when (line.refers) {
    "phone" -> Keys.Phone
    "resident_id" -> Keys.Code
    else -> Keys.Words
}

/** One fix, only where the person asks for it; nothing is recorded on the way. */
@Composable
private fun PlaceField(given: String, words: Words, answer: (String) -> Unit, ask: (What) -> Unit) {
    if (given.isNotEmpty()) Line(words("form.located", given.split(' ').take(2).joinToString(", ")))
    Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
        Other(words("form.locate"), Modifier.fillMaxWidth()) { ask(What.Place) }
        if (given.isNotEmpty()) Quiet(words("do.clear")) { answer("") }
    }
}

@Composable
private fun PlacesField(given: String, answer: (String) -> Unit, ask: (What) -> Unit) {
    val words = LocalWords.current
    val places = given.split(';').filter(String::isNotBlank)
    if (places.isNotEmpty()) Line(words("form.places", places.size))
    Other(words("form.add_place"), Modifier.fillMaxWidth()) { ask(What.Place) }
    if (places.isNotEmpty()) Quiet(words("do.clear")) { answer("") }
}

/** Never asked for by force. */
@Composable
private fun PhotoField(line: Drawn, given: String, answer: (String) -> Unit, ask: (What) -> Unit) {
    val words = LocalWords.current
    val signs = line.appearance == "signature"
    if (given.isNotEmpty()) Line(words(if (signs) "form.signature_there" else "form.photo_there"))
    else if (!line.required) Line(words("form.optional_photo"), quiet = true)
    Other(words(if (signs) "form.signature" else "form.photo"), Modifier.fillMaxWidth()) {
        ask(if (signs) What.Signature else if (line.kind == QuestionKind.FILE) What.Paper else What.Photo)
    }
    if (given.isNotEmpty()) Quiet(words("do.clear")) { answer("") }
}

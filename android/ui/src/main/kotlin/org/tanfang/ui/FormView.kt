package org.tanfang.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.tanfang.core.Choosing
import org.tanfang.core.FormEvent
import org.tanfang.core.FormState
import org.tanfang.core.Trouble
import org.tanfang.ffi.Drawn
import org.tanfang.ffi.Severity
import org.tanfang.ffi.Shape

/** A form, a page at a time: what the core drew, line by line; of any form. */
@Composable
fun FormView(state: FormState, on: (FormEvent) -> Unit, go: (Go) -> Unit) {
    val choosing = state.choosing
    when {
        choosing != null -> ChoosingView(choosing, on)
        // Before anything is there a list would forget how far it was scrolled.
        state.lines.isEmpty() -> Page(state.title, back = { go(Go.Back) }) { state.trouble?.let { item { TroubleNote(it) } } }
        else -> LinesView(state, on, go)
    }
}

@Composable
private fun LinesView(state: FormState, on: (FormEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    val place = if (state.pages.size > 1) words("form.page", state.place + 1, state.pages.size) else null
    val list = rememberSaveable(state.page, saver = LazyListState.Saver) { LazyListState() }
    LaunchedEffect(state.page, state.trouble) {
        if (state.trouble == Trouble.NeedsCorrection) state.firstWrong()?.let { list.scrollToItem(it + 1) }
    }
    Page(state.title, back = { go(Go.Back) }, lead = place, bottom = { FormButtons(state, on) }, list = list) {
        state.trouble?.let { trouble ->
            item {
                val wrong = state.pages.sumOf { it.errors.toInt() }
                if (trouble == Trouble.NeedsCorrection && wrong > 0) Notice(words("form.must_correct", wrong))
                else TroubleNote(trouble)
            }
        }
        items(state.lines.size, { state.lines[it].shape.name + state.lines[it].field }) { at ->
            LineView(state, state.lines[at], on)
        }
    }
}

/** The first line where something must be corrected. */
private fun FormState.firstWrong(): Int? =
    lines.indexOfFirst { line -> problemsOf(line).any { it.severity == Severity.ERROR } }.takeIf { it >= 0 }

/** One line as its shape asks. */
@Composable
private fun LineView(state: FormState, line: Drawn, on: (FormEvent) -> Unit) {
    val words = LocalWords.current
    when (line.shape) {
        Shape.HEADING -> Title(line.label)
        // The rows are titled themselves.
        Shape.REPEAT -> if (line.rows == 0u) Title(line.label)
        Shape.ROW -> RowTitle(line, state.leaving == line.field, on)
        Shape.ADD_ROW -> Other(words("form.add_row", line.label), Modifier.fillMaxWidth()) {
            on(FormEvent.RowAdded(line.field))
        }
        Shape.NOTE -> Sheet(MaterialTheme.colorScheme.secondaryContainer) {
            Text(
                line.label, color = MaterialTheme.colorScheme.onSecondaryContainer,
                style = MaterialTheme.typography.bodyLarge,
            )
        }
        Shape.QUESTION -> QuestionView(state, line, on)
    }
}

/** A row's title; what is in the row goes only after a question. */
@Composable
private fun RowTitle(line: Drawn, leaving: Boolean, on: (FormEvent) -> Unit) {
    val words = LocalWords.current
    val name = words("form.row", line.label, line.rows)
    Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
        Row(
            Modifier.fillMaxWidth().padding(top = 8.dp),
            Arrangement.SpaceBetween, Alignment.CenterVertically,
        ) {
            Title(name, Modifier.weight(1f))
            if (!line.fixed && !leaving) Quiet(words("do.remove"), Modifier.described(words("form.remove_row", name))) {
                on(FormEvent.RowTouched(line.field))
            }
        }
        if (leaving) Sure(
            words("form.remove_row_sure", name), words("form.remove_row_yes"),
            no = { on(FormEvent.RowTouched(null)) }, yes = { on(FormEvent.RowRemoved(line.field)) },
        )
    }
}

@Composable
private fun FormButtons(state: FormState, on: (FormEvent) -> Unit) {
    val words = LocalWords.current
    Column(Modifier.padding(16.dp, 10.dp), Arrangement.spacedBy(6.dp)) {
        if (state.kept) Line(words("form.kept"), quiet = true)
        val forward: @Composable (Modifier) -> Unit = { wide ->
            when (state.isLast) {
                true -> Main(words("do.save"), wide, !state.saving) { on(FormEvent.Save) }
                false -> Main(words("do.next"), wide) { on(FormEvent.Next) }
            }
        }
        when (state.place) {
            0 -> forward(Modifier.fillMaxWidth())
            else -> SideBySide({ Other(words("do.previous"), it) { on(FormEvent.Back) } }, forward)
        }
    }
}

/** A long list: searched, chosen from. */
@Composable
private fun ChoosingView(choosing: Choosing, on: (FormEvent) -> Unit) {
    val words = LocalWords.current
    Page(
        choosing.label,
        back = { on(FormEvent.ChoosingEnded) },
        bottom = {
            if (choosing.several) Column(Modifier.padding(16.dp, 10.dp)) {
                Main(words("do.done"), Modifier.fillMaxWidth()) { on(FormEvent.ChoosingEnded) }
            }
        },
    ) {
        item { Field(words("form.search"), choosing.search) { on(FormEvent.ChoicesSearched(it)) } }
        if (choosing.offered.isEmpty()) item { Line(words("form.nothing_offered"), quiet = true) }
        items(choosing.offered.size, { choosing.offered[it].name }) { at ->
            val row = choosing.offered[at]
            val chosen = row.name in choosing.chosen
            Choice(row.label, chosen, Modifier.fillMaxWidth(), choosing.several) { on(FormEvent.Chosen(row.name)) }
        }
    }
}

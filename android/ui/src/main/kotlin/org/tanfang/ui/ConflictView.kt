package org.tanfang.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.tanfang.core.ConflictEvent
import org.tanfang.core.ConflictState
import org.tanfang.core.Language
import org.tanfang.core.Words
import org.tanfang.ffi.ConflictLine
import org.tanfang.ffi.RivalLine

/** Two people said different things: both, who and when; one touch chooses, another says it. */
@Composable
fun ConflictView(state: ConflictState, on: (ConflictEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    val open = state.open
    Page(
        words("conflict.title"),
        back = { go(Go.Back) },
        lead = open?.let { words("conflict.left", state.conflicts.size) },
        bottom = open?.let { { ConflictButtons(state, it, on, go) } },
    ) {
        state.trouble?.let { item { TroubleNote(it) } }
        when {
            open != null -> rivals(open, state.chosen, words, on)
            !state.loading -> item { Empty(words("conflict.none"), words("conflict.none_lead")) }
        }
    }
}

private fun LazyListScope.rivals(open: ConflictLine, chosen: Int?, words: Words, on: (ConflictEvent) -> Unit) {
    item { Line(words("conflict.lead")) }
    item { Title(open.title + " · " + if (words.language == Language.Chinese) open.labelZh else open.labelEn) }
    val before = if (words.language == Language.Chinese) open.baseZh else open.baseEn
    if (before != null) item { Line(words("conflict.before", before), quiet = true) }
    items(open.values.size) { at ->
        val rival = open.values[at]
        val said = if (words.language == Language.Chinese) rival.textZh else rival.textEn
        Column(verticalArrangement = Arrangement.spacedBy(4.dp)) {
            Choice(said, chosen == at + 1, Modifier.fillMaxWidth()) { on(ConflictEvent.Chosen(at + 1)) }
            Line(who(rival, words), quiet = true)
        }
    }
    if (!open.decidable) item { Line(words("conflict.not_here")) }
}

private fun who(rival: RivalLine, words: Words): String {
    val name = rival.authorName ?: words("conflict.somebody")
    return rival.at?.let { words("conflict.said_by", name, words.moment(it)) } ?: name
}

@Composable
private fun ConflictButtons(state: ConflictState, open: ConflictLine, on: (ConflictEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    Column(Modifier.padding(16.dp, 10.dp), Arrangement.spacedBy(8.dp)) {
        val wide = Modifier.fillMaxWidth()
        Main(words("conflict.settle"), wide, state.chosen != null && open.decidable) { on(ConflictEvent.Settle) }
        Other(words("conflict.other"), wide) { go(Go.Edit(open.id)) }
        if (state.conflicts.size > 1) Quiet(words("conflict.later"), wide) { on(ConflictEvent.Later) }
    }
}

package org.tanfang.ui

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.style.TextOverflow
import org.tanfang.core.Language
import org.tanfang.core.NotSeenEvent
import org.tanfang.core.NotSeenState
import org.tanfang.ffi.Explanation
import org.tanfang.ffi.UnseenLine

/** Who has not been seen, for a supervisor: people, risks, days and rules; no worker, no rank. */
@Composable
fun NotSeenView(state: NotSeenState, on: (NotSeenEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    val explanation = state.explanation
    if (explanation != null) {
        WhyView(explanation) { on(NotSeenEvent.WhyClosed) }
        return
    }
    val unseen = state.unseen
    Page(
        words("not_seen.title"),
        lead = unseen?.let { words("not_seen.as_of", words.moment(it.asOf)) },
        bottom = { Bar(Tab.NotSeen, true, go) },
    ) {
        if (unseen?.demonstration == true) item { Tag(words("demo"), strong = true) }
        state.trouble?.let { item { TroubleNote(it) } }
        if (unseen != null) {
            item { Title(words("not_seen.count", unseen.total)) }
            if (unseen.gaps > 0u) item { Notice(words("not_seen.gaps", unseen.gaps)) }
            item { Field(words("do.search"), state.search) { on(NotSeenEvent.Searched(it)) } }
            if (state.lines.isEmpty()) item {
                if (state.search.isEmpty()) Empty(words("not_seen.none"), words("not_seen.none_lead"))
                else Line(words("today.nobody_found", state.search), quiet = true)
            }
        }
        items(state.lines.size, { state.lines[it].who.unit }) { UnseenSheet(state.lines[it], on, go) }
        if (state.more) item { Other(words("do.more"), Modifier.fillMaxWidth()) { on(NotSeenEvent.More) } }
    }
}

@Composable
private fun UnseenSheet(line: UnseenLine, on: (NotSeenEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    Sheet(onClick = line.who.person?.let { { go(Go.Person(it)) } }) {
        Name(line.who.title)
        Line(who(line.who, words), quiet = true)
        Tags {
            Tag(line.days?.let { words("not_seen.days", it) } ?: words("not_seen.never"), strong = true)
            line.risk?.let { Tag(words("risk.$it")) }
        }
        for (rule in line.rules) {
            val text = listOfNotNull(rule.article, rule.said, words("state." + rule.state.name.lowercase()))
            val why = words("not_seen.why") + " " + line.who.title + " " + text.joinToString(" ")
            Sheet(
                MaterialTheme.colorScheme.secondaryContainer,
                { on(NotSeenEvent.Why(line.who.unit, rule.rule, rule.period)) },
                Modifier.described(why),
            ) {
                val front = MaterialTheme.colorScheme.onSecondaryContainer
                Text(text.joinToString(" · ") + " ›", color = front, style = MaterialTheme.typography.titleSmall)
                Text(
                    rule.document, color = front, style = MaterialTheme.typography.bodySmall,
                    maxLines = 1, overflow = TextOverflow.Ellipsis,
                )
            }
        }
    }
}

/** What was weighed, in the core's words; the first are the document, its article and what it says. */
@Composable
private fun WhyView(explanation: Explanation, close: () -> Unit) {
    val words = LocalWords.current
    val said = if (words.language == Language.Chinese) explanation.chinese else explanation.english
    Page(words("not_seen.why"), back = close) {
        items(said.size) { Sheet { Line(said[it]) } }
    }
}

package org.tanfang.ui

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.tanfang.core.PersonEvent
import org.tanfang.core.PersonState
import org.tanfang.core.Words
import org.tanfang.ffi.CardSection
import org.tanfang.ffi.PersonPage

/** One person: call, visit, what is due, what was done, what is open, the card. */
@Composable
fun PersonView(state: PersonState, on: (PersonEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    val page = state.page
    val person = page?.who?.person
    Page(
        page?.who?.title ?: words("person.title"),
        back = { go(Go.Back) },
        bottom = person?.let {
            {
                Box(Modifier.padding(16.dp)) {
                    val does = if (page.draft == null) "do.visit" else "do.go_on_visit"
                    Main(words(does), Modifier.fillMaxWidth()) { go(page.draft?.let(Go::Draft) ?: Go.Visit(it)) }
                }
            }
        },
    ) {
        state.trouble?.let {
            item { TroubleNote(it) }
            item { Other(words("do.retry"), Modifier.fillMaxWidth()) { on(PersonEvent.Opened) } }
        }
        if (page != null) {
            head(page, words, go)
            done(page, words, go)
            forms(page, words, go)
            card(page, words, go)
        }
    }
}

private fun LazyListScope.head(page: PersonPage, words: Words, go: (Go) -> Unit) {
    item {
        Column {
            Line(who(page.who, words))
            Line(page.lastMet?.let { words("person.last_met", words.day(it)) } ?: words("person.never_met"), quiet = true)
        }
    }
    if (page.conflicts > 0u) item { Notice(words("person.conflicts", page.conflicts)) { go(Go.Conflicts) } }
    if (page.unconfirmed) item { Notice(words("person.unconfirmed")) }
    item { Title(words("person.calls")) }
    if (page.calls.isEmpty()) item { Line(words("person.no_calls"), quiet = true) }
    items(page.calls.size) { place ->
        val call = page.calls[place]
        Other(call.label + "　" + call.number, Modifier.fillMaxWidth()) { go(Go.Call(call.number)) }
    }
    item { Title(words("person.due")) }
    item {
        Sheet {
            val due = page.due
            if (due == null) Line(words("person.nothing_due")) else {
                Tags {
                    Tag(words.left(due.daysLeft), strong = (due.daysLeft ?: 0) <= 7)
                    for (period in due.owed) Tag(words("today.owed", period), strong = true)
                }
                Line(due.quote)
                Rule(due)
            }
        }
    }
}

private fun LazyListScope.done(page: PersonPage, words: Words, go: (Go) -> Unit) {
    if (page.issues.isNotEmpty()) {
        item { Title(words("person.issues")) }
        items(page.issues.size) { place ->
            val issue = page.issues[place]
            Sheet(onClick = { go(Go.Edit(issue.id)) }) {
                Text(issue.kind, color = MaterialTheme.colorScheme.onSurface, style = MaterialTheme.typography.titleSmall)
                issue.description?.let { Line(it) }
                val due = issue.due?.let { words("person.issue_due", words.day(it)) }
                Line(listOfNotNull(issue.state, due).joinToString(" · "), quiet = true)
            }
        }
    }
    item { Title(words("person.visits")) }
    if (page.visits.isEmpty()) item { Line(words("person.no_visits"), quiet = true) }
    items(page.visits.size) { place ->
        val visit = page.visits[place]
        Sheet {
            Line(words.day(visit.day) + "　" + visit.mode)
            Tags {
                Tag(visit.outcome)
                if (!visit.sent) Tag(words("person.not_sent"))
            }
        }
    }
    if (page.household.isNotEmpty()) {
        item { Title(words("person.household")) }
        items(page.household.size) { place ->
            val other = page.household[place]
            Sheet(onClick = other.person?.let { { go(Go.Person(it)) } }) {
                Line(other.title)
                Line(who(other, words), quiet = true)
            }
        }
    }
}

/** What else can be begun about this person; the visit stands at the thumb. */
private fun LazyListScope.forms(page: PersonPage, words: Words, go: (Go) -> Unit) {
    val person = page.who.person ?: return
    val others = page.forms.filter { it.form != "visit" }
    if (others.isNotEmpty()) item { Title(words("person.forms")) }
    items(others.size) { place ->
        val form = others[place]
        val draft = form.draft
        val title = if (draft == null) form.title else words("person.form_begun", form.title)
        Other(title, Modifier.fillMaxWidth()) { go(if (draft == null) Go.Fill(form.form, person) else Go.Draft(draft)) }
    }
}

private fun LazyListScope.card(page: PersonPage, words: Words, go: (Go) -> Unit) {
    item { Title(words("person.card")) }
    items(page.card.size) { CardSheet(page.card[it]) }
    if (page.form != null) item {
        Other(words("do.edit_card"), Modifier.fillMaxWidth()) { go(Go.Edit(page.who.unit)) }
    }
}

@Composable
private fun CardSheet(section: CardSection) {
    val words = LocalWords.current
    Sheet {
        Text(section.label, color = MaterialTheme.colorScheme.onSurface, style = MaterialTheme.typography.titleSmall)
        for (line in section.lines) {
            Column {
                Line(line.label, quiet = true)
                Line(if (DAY.matches(line.said)) words.day(line.said) else line.said)
            }
        }
    }
}

private val DAY = Regex("""\d{4}-\d{2}-\d{2}""")

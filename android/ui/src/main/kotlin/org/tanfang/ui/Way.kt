package org.tanfang.ui

import androidx.compose.runtime.Stable
import androidx.compose.runtime.mutableStateListOf
import androidx.compose.runtime.saveable.Saver
import androidx.compose.runtime.saveable.listSaver
import org.tanfang.ffi.Begun

/** Where a person is. */
sealed interface Place {
    /** What tells it from the other places of its depth; the same while a form is filled in. */
    val key: String

    data object Enrol : Place { override val key = "enrol" }
    data class At(val tab: Tab) : Place { override val key = "tab" + tab.name }
    data class OfPerson(val id: String) : Place { override val key = "person$id" }
    /** A form, by how to come back to it, and its page; none is the first. */
    data class OfForm(val begun: Begun, val page: String = "") : Place { override val key = "form" }
    data object Conflicts : Place { override val key = "conflicts" }
    data object JustSaved : Place { override val key = "saved" }
}

/** How a person came here: each place over the one that it was left for. */
@Stable
class Way private constructor(places: List<Place>) {
    constructor(first: Place) : this(listOf(first))

    private val places = mutableStateListOf<Place>().also { it += places }

    val here: Place get() = places.last()
    val depth: Int get() = places.size

    /** Goes there. */
    fun turn(to: Go) {
        when (to) {
            Go.Back -> if (places.size > 1) places.removeAt(places.lastIndex)
            Go.Begin -> begin(Tab.Today)
            is Go.To -> begin(to.tab)
            is Go.Person -> places += Place.OfPerson(to.id)
            is Go.Visit -> places += Place.OfForm(Begun.New("visit", to.person))
            is Go.Fill -> places += Place.OfForm(Begun.New(to.form, to.person))
            is Go.Edit -> places += Place.OfForm(Begun.Edit(to.record))
            is Go.Draft -> places += Place.OfForm(Begun.Draft(to.id))
            Go.Conflicts -> places += Place.Conflicts
            // The phone around does it; the person stays here.
            is Go.Call -> Unit
        }
    }

    /** Remembers how to come back to the form that is open. */
    fun stays(form: Place.OfForm) {
        if (here is Place.OfForm) places[places.lastIndex] = form
    }

    /** The form that was open is saved: there is no way back into it. */
    fun saved() {
        places[places.lastIndex] = Place.JustSaved
    }

    private fun begin(tab: Tab) {
        places.clear()
        places += Place.At(tab)
    }

    companion object {
        private const val BETWEEN = "\n"

        /** Texts alone, which any platform keeps: what cannot be read again is left out. */
        val Saver: Saver<Way, Any> = listSaver(
            save = { way -> way.places.map(::written) },
            restore = { texts -> texts.mapNotNull(::read).takeIf { it.isNotEmpty() }?.let(::Way) },
        )

        private fun written(place: Place): String = when (place) {
            Place.Enrol -> listOf("enrol")
            is Place.At -> listOf("tab", place.tab.name)
            is Place.OfPerson -> listOf("person", place.id)
            is Place.OfForm -> listOf("form", place.page) + written(place.begun)
            Place.Conflicts -> listOf("conflicts")
            Place.JustSaved -> listOf("saved")
        }.joinToString(BETWEEN)

        private fun written(begun: Begun): List<String> = when (begun) {
            is Begun.New -> listOf("new", begun.form, begun.person.orEmpty())
            is Begun.Resumed -> listOf("resumed", begun.form, begun.person.orEmpty(), begun.draft)
            is Begun.Edit -> listOf("edit", begun.record)
            is Begun.Draft -> listOf("draft", begun.draft)
        }

        private fun read(text: String): Place? {
            val parts = text.split(BETWEEN)
            return when (parts.first()) {
                "enrol" -> Place.Enrol
                "tab" -> Tab.entries.firstOrNull { it.name == parts.getOrNull(1) }?.let(Place::At)
                "person" -> parts.getOrNull(1)?.let(Place::OfPerson)
                "form" -> begun(parts.drop(2))?.let { Place.OfForm(it, parts[1]) }
                "conflicts" -> Place.Conflicts
                "saved" -> Place.JustSaved
                else -> null
            }
        }

        private fun begun(parts: List<String>): Begun? {
            val at = { place: Int -> parts.getOrNull(place).orEmpty() }
            val person = at(2).ifEmpty { null }
            return when (parts.firstOrNull()) {
                "new" -> Begun.New(at(1), person)
                "resumed" -> Begun.Resumed(at(1), person, at(3))
                "edit" -> Begun.Edit(at(1))
                "draft" -> Begun.Draft(at(1))
                else -> null
            }
        }
    }
}

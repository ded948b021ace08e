package org.tanfang.ui

/** Where a touch leads besides the screen it is on. */
sealed interface Go {
    data object Back : Go
    data class To(val tab: Tab) : Go
    data class Person(val id: String) : Go
    data class Visit(val person: String) : Go
    /** Another form about a person. */
    data class Fill(val form: String, val person: String) : Go
    data class Edit(val record: String) : Go
    data class Draft(val id: String) : Go
    data object Conflicts : Go
    data object Begin : Go
    /** The phone dials; nobody is called before the person touches the dialler. */
    data class Call(val number: String) : Go
}

/** What the bar at the bottom leads to. */
enum class Tab(val key: String) {
    Today("nav.today"), Saved("nav.saved"), Sync("nav.sync"), NotSeen("nav.not_seen"), Settings("nav.settings")
}

// An editor over the plain text area of a script. The text area stays the field that is sent.
{
  const MODES = { ruby: "ace/mode/ruby", asterisk: "ace/mode/extension_lines" }
  ace.config.set("useStrictCSP", true)  // its styles are in editor.css
  const number = new Intl.NumberFormat("en")

  const mount = (area) => {
    const form = area.form
    const type = form.elements.script_type_description
    const place = Object.assign(document.createElement("div"), { className: "script-editor", translate: false })
    area.after(place)
    area.hidden = true
    const editor = ace.edit(place, {
      theme: "ace/theme/paper",
      value: area.value,
      showPrintMargin: false,
      showFoldWidgets: false,
      useWorker: false,
      useSoftTabs: true,
      tabSize: 2,
      fontSize: "0.8125rem",
      fontFamily: "var(--mono)",
      dragEnabled: false,
      highlightActiveLine: true,
      minLines: 12,
      maxLines: matchMedia("(max-width: 39.99rem)").matches ? 18 : 40,
      textInputAriaLabel: area.labels[0].textContent,  // before the option that reads it
      enableKeyboardAccessibility: true,
    })
    editor.renderer.setPadding(12)
    editor.renderer.setScrollMargin(8, 8)
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (area.hasAttribute(name)) editor.textInput.getElement().setAttribute(name, area.getAttribute(name))
    }
    editor.session.setNewLineMode("unix")

    const setMode = () => editor.session.setMode(MODES[type.value.toLowerCase()] ?? "ace/mode/text")
    const annotate = () => editor.session.setAnnotations([...form.querySelectorAll("[data-warnings] [data-line]")].map((remark) => ({
      row: remark.dataset.line - 1, type: remark.dataset.level, text: remark.textContent.trim(),
    })))
    // as the service counts: characters, not the halves that scripts count, and line ends as they are stored
    const count = (text, lines) => [...text].length + (lines - 1) * (area.dataset.lineEnd - 1)
    const figures = () => {
      const lines = editor.session.getLength()
      const shown = editor.session.getLine(lines - 1) ? lines : lines - 1
      const characters = count(area.value, lines)
      const counter = form.querySelector("[data-characters]")
      form.querySelector("[data-lines]").textContent = shown === 1 ? "1 line" : `${number.format(shown)} lines`
      counter.textContent = `${number.format(characters)} of ${number.format(area.dataset.most)} characters`
      counter.classList.toggle("too-many", characters > area.dataset.most)
    }
    const changed = () => {
      area.value = editor.getValue()
      editor.session.clearAnnotations()
      figures()
      area.dispatchEvent(new Event("input", { bubbles: true }))
    }

    // what stands around the text is taken from the page that the server answers; the text and the cursor stay
    const take = (page) => {
      const saved = page.querySelector("form#plan")
      for (const selector of ["main > .head", "[data-plan-side]", "[data-warnings]"]) {
        const [old, fresh] = [document.querySelector(selector), page.querySelector(selector)]
        if (old && fresh) old.replaceWith(document.adoptNode(fresh))
      }
      for (const field of saved.querySelectorAll("input[type=hidden][name]")) {
        const own = form.querySelector(`input[type=hidden][name="${field.name}"]`)
        if (own) own.value = field.value
      }
      for (const flash of document.querySelectorAll("main > [data-flash]")) flash.remove()
      document.querySelector("main").prepend(...page.querySelectorAll("main > [data-flash]"))
      form.querySelector("[data-saved]")?.replaceWith(document.adoptNode(saved.querySelector("[data-saved]")))
      document.title = page.title
      if (form.elements.note) form.elements.note.value = ""
      for (const field of form.elements) {
        if (field.options) for (const option of field.options) option.defaultSelected = option.selected
        else if (field.type === "checkbox") field.defaultChecked = field.checked
        else if ("defaultValue" in field) field.defaultValue = field.value
      }
      annotate()
      form.dispatchEvent(new Event("input"))
    }
    const save = async () => {
      const answer = await fetch(location.href, { method: "POST", body: new FormData(form) })
      const page = new DOMParser().parseFromString(await answer.text(), "text/html")
      const back = page.querySelector("form#plan:not([data-refused])")
      const isSaved = answer.ok && answer.redirected && new URL(answer.url).pathname === location.pathname
      if (!isSaved || !back) throw new Error("not saved")
      take(page)
    }
    // paper has no scroll bar: there all lines stand, which neither Ace nor a text area would print
    const onPaper = form.querySelector("[data-on-paper]")
    const numbered = (line, place) => `${String(place + 1).padStart(4)}  ${line}`
    window.addEventListener("beforeprint", () => { onPaper.textContent = editor.session.getLines(0, editor.session.getLength()).map(numbered).join("\n") })
    const rename = form.elements.rename_accounts?.closest(".check")
    const offerRename = () => {
      const name = form.elements.dial_plan_name
      if (rename) rename.hidden = name.value.trim() === name.defaultValue
    }

    let saving = null
    // an answer that is not the saved plan is a page to be seen: a refusal, a conflict, or the end of the session
    const saveInPlace = () => {
      if (saving) return
      saving = save().catch(() => form.requestSubmit()).finally(() => { saving = null })
    }

    form.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      saveInPlace()
    })
    form.addEventListener("input", offerRename)
    editor.session.on("change", changed)
    type.addEventListener("change", setMode)
    for (const label of area.labels) label.addEventListener("click", () => editor.focus())
    for (const link of document.querySelectorAll(`a[href="#${area.id}"]`)) {
      link.addEventListener("click", (event) => { event.preventDefault(); editor.focus() })
    }
    window.addEventListener("pageshow", () => { if (editor.getValue() !== area.value) editor.setValue(area.value, -1) })
    form.querySelector("[data-editor-hint]").hidden = false
    setMode()
    annotate()
    offerRename()
    editor.session.getUndoManager().reset()
  }

  for (const area of document.querySelectorAll("textarea[data-script]")) mount(area)
}

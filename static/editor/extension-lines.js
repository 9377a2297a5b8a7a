// The language of extension lines for Ace: exten OP pattern,priority,command(data), where OP is =, ==, => or =~.
ace.define("ace/mode/extension_lines", ["require", "exports", "module"], (require, exports) => {
  const oop = require("ace/lib/oop")
  const { Mode: TextMode } = require("ace/mode/text")
  const { TextHighlightRules } = require("ace/mode/text_highlight_rules")

  const Rules = function () {
    this.$rules = {
      start: [
        { token: "comment", regex: /^\s*;.*$/ },
        { token: ["keyword", "text", "keyword.operator", "text", "string.regexp"], regex: /^(\s*exten)(\s*)(=~)(\s*)(\/[^/]*\/|[^,]*)/ },
        { token: ["keyword", "text", "keyword.operator", "text", "constant.other"], regex: /^(\s*exten)(\s*)(=>|==?)(?![=~>])(\s*)([^,]*)/ },
        { token: "constant.numeric", regex: /,\s*[-+]?\d+(?=\s*,)/ },
        { token: "keyword", regex: /[A-Za-z]\w*(?=\()/ },
        { token: "constant.language", regex: /\$\{[^}]*\}/ },
        { token: "string", regex: /"[^"]*"|'[^']*'/ },
      ],
    }
  }
  oop.inherits(Rules, TextHighlightRules)

  const Mode = function () {
    this.HighlightRules = Rules
    this.lineCommentStart = ";"
  }
  oop.inherits(Mode, TextMode)
  exports.Mode = Mode
})

// The theme is in editor.css.
ace.define("ace/theme/paper", ["require", "exports", "module"], (_require, exports) => {
  Object.assign(exports, { isDark: false, cssClass: "ace-paper", cssText: "" })
})

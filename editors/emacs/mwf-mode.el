;;; mwf-mode.el --- Workflows of MISP as text -*- lexical-binding: t -*-

;; SPDX-License-Identifier: MIT OR Apache-2.0
;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages
;; URL: https://github.com/mispflow/mispflow

;;; Commentary:

;; Colours, indentation and comments for the .mwf files of mispflow, and the language server with Eglot.
;; From Emacs 29 on `mwf-ts-mode' does the colours with tree-sitter.

;;; Code:

(defgroup mwf nil
  "Workflows of MISP as text."
  :group 'languages)

(defcustom mwf-indent-offset 4
  "How far a block is indented."
  :type 'natnum
  :safe #'natnump)

(defvar mwf-base-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?_ "_" table)
    table)
  "Syntax of .mwf files.")

(defconst mwf--name "[A-Za-z_][A-Za-z0-9_-]*")

(defvar mwf-font-lock-keywords
  `((,(concat "^\\s-*\\(workflow\\|blueprint\\|module\\|let\\)\\s-+\\(" mwf--name "\\)")
     (1 font-lock-keyword-face) (2 font-lock-function-name-face))
    (,(concat "\\_<on\\s-+\\(" mwf--name "\\)") 1 font-lock-constant-face)
    (,(concat "\\_<\\(?:use\\)\\s-+\\(" mwf--name "\\)") 1 font-lock-function-name-face)
    ;; The name before a colon is never a keyword.
    (,(concat "\\_<\\(" mwf--name "\\)\\s-*:") 1 font-lock-variable-name-face)
    (,(regexp-opt '("import" "as" "test" "of" "on" "param" "given" "when" "fails" "returns" "expect" "ran" "effect" "log"
                    "if" "else" "filter" "where" "for" "concurrent" "branch" "use" "goto" "detached" "reset"
                    "and" "or" "not" "in" "tagged" "any" "all" "no")
                  'symbols)
     . font-lock-keyword-face)
    (,(regexp-opt '("true" "false" "null" "published" "unpublished") 'symbols) . font-lock-constant-face)
    (,(regexp-opt '("env" "secret" "lines" "count") 'symbols) . font-lock-builtin-face)
    (,(concat "@" mwf--name) . font-lock-constant-face)
    (,(concat "\\_<\\(" mwf--name "\\)(") 1 font-lock-function-name-face)
    ("{[ns*]}" . font-lock-type-face)
    ("{[{%].*?[%}]}" 0 font-lock-preprocessor-face t))
  "Colours of .mwf files.")

(defun mwf--syntax-propertize (start end)
  "Make strings between three quotes strings, from START to END."
  (goto-char start)
  (funcall
   (syntax-propertize-rules
    ("\"\"\""
     (0 (let ((in-string (nth 3 (save-excursion (syntax-ppss (match-beginning 0))))))
          (unless (and in-string (not (eq in-string t)))
            (unless (nth 4 (save-excursion (syntax-ppss (match-beginning 0))))
              (let ((quote (if in-string (1- (match-end 0)) (match-beginning 0))))
                (put-text-property quote (1+ quote) 'syntax-table (string-to-syntax "|"))
                nil)))))))
   (point) end))

(defun mwf--continues ()
  "How much deeper the line is than its brackets say, because it goes on with what is before it."
  (save-excursion
    (back-to-indentation)
    (cond ((looking-at "\\+\\|\\(?:for\\|where\\)\\_>") 1)
          ((not (looking-at "\\(?:and\\|or\\)\\_>")) 0)
          ;; The parts of a condition are deeper than the `where' that begins a line before them.
          (t (while (and (looking-at "\\(?:and\\|or\\)\\_>") (zerop (forward-line -1)))
               (back-to-indentation))
             (if (looking-at "where\\_>") 2 1)))))

(defun mwf-indent-line ()
  "Indent the line by the brackets that are open; lines in a string stay."
  (interactive)
  (let ((state (save-excursion (syntax-ppss (line-beginning-position)))))
    (unless (nth 3 state)
      (let* ((closes (save-excursion (back-to-indentation) (looking-at "[])}]")))
             ;; Several brackets that open in one line count once.
             (lines (delete-dups (mapcar #'line-number-at-pos (nth 9 state))))
             (depth (max 0 (+ (length lines) (if closes -1 (mwf--continues))))))
        (if (<= (current-column) (current-indentation))
            (indent-line-to (* depth mwf-indent-offset))
          (save-excursion (indent-line-to (* depth mwf-indent-offset))))))))

(defvar mwf-imenu-generic-expression
  `(("Workflows" ,(concat "^workflow\\s-+\\(" mwf--name "\\)") 1)
    ("Blueprints" ,(concat "^blueprint\\s-+\\(" mwf--name "\\)") 1)
    ("Constants" ,(concat "^let\\s-+\\(" mwf--name "\\)") 1)
    ("Tests" "^test\\s-+\"\\([^\"]+\\)\"" 1))
  "What Imenu lists.")

(define-derived-mode mwf-base-mode prog-mode "mwf"
  "What the modes for .mwf files have in common."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+\\s-*")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'mwf-indent-line)
  (setq-local electric-indent-chars (append "])}" electric-indent-chars))
  (setq-local syntax-propertize-function #'mwf--syntax-propertize)
  (setq-local imenu-generic-expression mwf-imenu-generic-expression))

;;;###autoload
(define-derived-mode mwf-mode mwf-base-mode "mwf"
  "Workflows of MISP as text."
  (setq-local font-lock-defaults '(mwf-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.mwf\\'" . mwf-mode))

(defvar mwf-ts-font-lock-settings
  '((comment "(comment) @font-lock-comment-face")
    (string "[(string) (block_string)] @font-lock-string-face
             (escape_sequence) @font-lock-escape-face")
    (keyword "[\"import\" \"as\" \"let\" \"workflow\" \"on\" \"blueprint\" \"module\" \"param\" \"test\" \"of\" \"given\"
               \"when\" \"fails\" \"returns\" \"expect\" \"ran\" \"effect\" \"log\" \"no\" \"if\" \"else\" \"filter\" \"where\"
               \"for\" \"concurrent\" \"branch\" \"use\" \"goto\" \"detached\" \"reset\" \"and\" \"or\" \"not\" \"in\"
               \"tagged\" \"any\" \"all\"] @font-lock-keyword-face")
    (definition "(workflow name: (identifier) @font-lock-function-name-face)
                 (blueprint name: (identifier) @font-lock-function-name-face)
                 (constant name: (identifier) @font-lock-variable-name-face)
                 (argument name: (identifier) @font-lock-variable-name-face)
                 (field name: (identifier) @font-lock-variable-name-face)")
    (function "(call module: (identifier) @font-lock-function-name-face)
               (use blueprint: (identifier) @font-lock-function-name-face)
               (trigger name: (identifier) @font-lock-constant-face)
               (function name: (identifier) @font-lock-builtin-face)")
    (constant "[(number) (boolean) (null) (published) (label)] @font-lock-constant-face
               (wildcard) @font-lock-type-face"))
  "What tree-sitter colours: a feature and a query each.")

(declare-function treesit-available-p "treesit.c")
(declare-function treesit-font-lock-rules "treesit")
(declare-function treesit-major-mode-setup "treesit")
(declare-function treesit-parser-create "treesit.c")
(declare-function treesit-ready-p "treesit")

;;;###autoload
(define-derived-mode mwf-ts-mode mwf-base-mode "mwf"
  "Workflows of MISP as text, with colours by tree-sitter."
  (unless (and (fboundp 'treesit-available-p) (treesit-ready-p 'mwf))
    (error "There is no tree-sitter grammar for mwf; `treesit-install-language-grammar' installs it"))
  (treesit-parser-create 'mwf)
  (setq-local treesit-font-lock-settings
              (apply #'treesit-font-lock-rules
                     (mapcan (lambda (setting) (list :language 'mwf :override t :feature (car setting) (cadr setting)))
                             mwf-ts-font-lock-settings)))
  (setq-local treesit-font-lock-feature-list '((comment string) (keyword definition) (function constant)))
  (treesit-major-mode-setup))

(with-eval-after-load 'eglot
  (defvar eglot-server-programs)
  (add-to-list 'eglot-server-programs '((mwf-mode mwf-ts-mode) . ("mispflow" "lsp"))))

(provide 'mwf-mode)
;;; mwf-mode.el ends here

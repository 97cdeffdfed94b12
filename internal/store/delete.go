package store

import "gorm.io/gorm"

// DeleteSome deletes the rows of model's table that a query with a limit selects, and says how many. Their
// ids are read first: for a subquery MySQL reads, and locks, the whole table.
func DeleteSome(tx *Tx, model any, which *gorm.DB) (int64, error) {
	var ids []int64
	if err := which.Model(model).Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
		return 0, err
	}
	res := tx.Where("id IN ?", ids).Delete(model)
	return res.RowsAffected, res.Error
}
